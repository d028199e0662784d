import Fixtures
import Support
import Testing
import Throttle

/// The manual pages that `make man` writes.
@Suite(.inTurn) struct ManualTests {
    @Test func every_command_has_a_page_that_man_shows_without_a_complaint() async throws {
        let folder = try TemporaryFolder("man")
        let render = try ChildProcess(
            "\(Snippets.root)/man/render", [try interrexBinary(), "\(folder.path)/pages"],
            output: "\(folder.path)/render")
        #expect(try await render.wait(within: .seconds(60)) == 0, "\(render.text)")
        let help = try ChildProcess(interrexBinary(), ["--help"], output: "\(folder.path)/help")
        try await help.wait()
        let part = try #require(help.text.split(separator: "SUBCOMMANDS:").last)
        let commands = part.matches(of: /(?m)^  ([a-z][a-z-]*)(  |$)/).map { String($0.1) }
        #expect(commands.contains("status") && commands.contains("config"))
        for page in ["interrex", "interrex-watcher", "interrex-config-set"] + commands.map({ "interrex-\($0)" }) {
            let shown = try ChildProcess(
                "man", ["--warnings", "-l", "\(folder.path)/pages/\(page).1"],
                environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "MANPAGER": "cat", "MANWIDTH": "80"],
                output: "\(folder.path)/shown", errors: "\(folder.path)/complaints")
            #expect(try await shown.wait() == 0, "\(page): \(contents(of: "\(folder.path)/complaints"))")
            #expect(contents(of: "\(folder.path)/complaints").isEmpty, "\(page)")
            // A name that is broken is not found, and not copied.
            let broken = shown.text.split(separator: "\n").filter { $0.contains(/[A-Za-z_]-$/) }
            #expect(broken.isEmpty, "\(page): \(broken)")
            #expect(shown.text.contains("DESCRIPTION") && shown.text.split(separator: "\n").count > 10, "\(page)")
        }
        let main = contents(of: "\(folder.path)/pages/interrex.1")
        for word in ["ZK_HOSTS", "REDIS_PASSWORD", "128+n"] { #expect(main.contains(word), "\(word)") }
    }
}
