import Glibc
import Testing

@testable import Succession

/// What the README shows as an example is what is compiled and tested here.
@Suite struct ReadmeExampleTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

    @Test func theReadmesBehaviourIsTheTestedOne() throws {
        let file = try Self.text("Tests/SuccessionTests/Watching/TooFewReplicas.swift")
        let example = file.split(separator: "\n", omittingEmptySubsequences: false).drop { !$0.hasPrefix("///") }
        #expect(example.count > 20)
        #expect(try Self.text("README.md").contains("```swift\n" + example.joined(separator: "\n") + "```"))
    }

    @Test func theReadmeNamesEveryAction() throws {
        let readme = try Self.text("README.md")
        for action in [
            ".record", ".succeed", ".force", ".announce", ".switchOver", ".answer",
            ".promote", ".repoint", ".reset", ".attach", ".configure", ".remove", ".keep",
            ".alert",
            ".publish",
        ] { #expect(readme.contains("`\(action)`"), "\(action)") }
    }

    @Test func theReadmeSaysWhatToDoAboutEachAlert() throws {
        let table = try Self.text("README.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        let first = table.compactMap { $0.split(separator: "|").first }
        for name in Alert.names { #expect(first.contains { $0.contains("`\(name)`") }, "\(name)") }
    }

    private static func text(_ path: String) throws -> String {
        let descriptor = open("\(root)/\(path)", O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
