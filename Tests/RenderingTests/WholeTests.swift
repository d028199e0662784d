import Testing
import Vocabulary

@testable import Rendering

/// A template of the user's own, judged by the file that it makes.
@Suite(.timeLimit(.minutes(5))) struct WholeTests {
    /// What a template of one's own may look like at the least.
    private static let redis = """
        {{{settings}}}
        port {{port}}
        dir {{data_dir}}
        {{#password}}
        requirepass {{password}}
        masterauth {{password}}
        {{/password}}
        {{#replica_priority}}
        replica-priority {{replica_priority}}
        {{/replica_priority}}
        {{#master}}
        replicaof {{host}} {{port}}
        {{/master}}

        """
    private static let sentinel = """
        port {{port}}
        dir {{data_dir}}
        sentinel myid {{identity}}
        {{#sentinel_password}}
        requirepass {{sentinel_password}}
        {{/sentinel_password}}
        {{{settings}}}

        """

    private var replica: RedisFile {
        var file = RedisFile.plain
        file.credentials = Credentials(password: Secret("ours"))
        file.master = Address(host: "host", port: 1)!
        file.replicaPriority = 0
        return file
    }

    private func problem(_ file: RedisFile, _ template: String) -> SettingsProblem? {
        problem { () throws(RenderingError) in
            _ = try file.render(template: Template(SourceText(template)), settings: Template(SourceText("hz 9")))
        }
    }

    private func problem(_ body: () throws(RenderingError) -> Void) -> SettingsProblem? {
        do throws(RenderingError) {
            try body()
            return nil
        } catch {
            guard case .settings(_, _, let problem) = error else { return nil }
            return problem
        }
    }

    @Test("a short one is fine, and so are lines that say no more")
    func short() {
        #expect(problem(.plain, Self.redis) == nil && problem(replica, Self.redis) == nil)
        let more = "cluster-enabled NO\ndaemonize no\nreplicaof 'No one'\ntls-port 0\nrequirepass ''\n"
        #expect(problem(.plain, more + Self.redis) == nil)
    }

    @Test("what undoes a decision, or leaves it out, is refused")
    func undone() {
        for (line, name) in [
            ("port 7002", "port"), ("dir /etc", "dir"), ("daemonize yes", "daemonize"), ("tls-port 5", "tls-port"),
            ("cluster-enabled yes", "cluster-enabled"), ("SlaveOf a 1", "replicaof"), ("requirepass x", "requirepass"),
            ("masterauth x", "masterauth"), ("slave-priority 100", "replica-priority"),
            ("replicaof no one", "replicaof"),
        ] {
            #expect(problem(replica, Self.redis + line) == .undone(directive: name), "\(line)")
        }
        #expect(problem(.plain, Self.redis + "requirepass x") == .undone(directive: "requirepass"))
        for name in ["port", "dir", "requirepass", "masterauth", "replica-priority", "replicaof"] {
            let lines = Self.redis.split(separator: "\n", omittingEmptySubsequences: false)
            let template = lines.filter { !$0.hasPrefix("\(name) ") }.joined(separator: "\n")
            #expect(problem(replica, template) == .lacking(directive: name), "\(name)")
        }
    }

    @Test("settings below such a template's lines can't undo them either")
    func settingsLast() throws {
        let template = try Template(SourceText("port {{port}}\ndir {{data_dir}}\nreplica-priority 0\n{{{settings}}}"))
        var file = RedisFile.plain
        let text = try file.render(template: template, settings: Template(SourceText("port 9\ndir /x\ndaemonize yes")))
        #expect(directives(text).count == 3)
        file.replicaPriority = 0
        #expect(
            problem { () throws(RenderingError) in
                _ = try file.render(template: template, settings: Template(SourceText("replica-priority 9")))
            } == .undone(directive: "replica-priority"))
    }

    @Test("and so it is for a sentinel's")
    func sentinel() {
        func problem(_ template: String) -> SettingsProblem? {
            var file = SentinelFile.plain
            file.sentinelPassword = Secret("own")
            return self.problem { () throws(RenderingError) in
                _ = try file.render(template: Template(SourceText(template)), settings: Template(SourceText("")))
            }
        }
        #expect(problem(Self.sentinel) == nil)
        for (line, name) in [
            ("port 1", "port"), ("daemonize yes", "daemonize"), ("requirepass x", "requirepass"), ("dir /x", "dir"),
            ("sentinel MYID x", "sentinel myid"),
        ] {
            #expect(problem(Self.sentinel + line) == .undone(directive: name), "\(line)")
        }
        #expect(problem("port {{port}}\ndir {{data_dir}}") == .lacking(directive: "requirepass"))
    }
}
