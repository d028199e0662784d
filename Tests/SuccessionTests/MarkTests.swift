import Testing
import Vocabulary

@testable import Succession

/// The sign in `proc-title-template` by which a server is known.
@Suite(.timeLimit(.minutes(5))) struct MarkTests {
    static let prefix = "{title} {listen-addr} {server-mode} "

    @Test func itIsWrittenAsTheTemplateOfTheDesign() {
        #expect(Cast.mark.template() == Self.prefix + "/redis mymaster 0123456789abcdef")
        #expect(Cast.markWithoutID.template() == Self.prefix + "/redis mymaster -")
    }

    @Test(arguments: [Cast.mark, Cast.markWithoutID, Cast.markOfAnotherRoot, Cast.markOfNamesake])
    func itIsReadAsItWasWritten(mark: Mark) {
        #expect(Mark(template: mark.template()) == mark)
    }

    @Test(arguments: [
        "", "{title} {listen-addr} {server-mode}", prefix, prefix + "/redis", prefix + "/redis mymaster",
        prefix + "/redis mymaster ", prefix + "/redis  -", prefix + "redis mymaster -",
        prefix + "/redis mymaster - -", prefix + " /redis mymaster -", prefix + "/redis mymaster -\n",
        prefix + "/redis mymaster short", prefix + "/redis mymaster 0123456789abcde!",
        prefix + "/redis mymaster " + String(repeating: "a", count: 65), "redis " + prefix + "/redis mymaster -",
        "{title} {server-mode} {listen-addr} /redis mymaster -",
    ])
    func itIsNoneOfOurs(template: String) {
        #expect(Mark(template: template) == nil)
    }

    /// Redis takes 0 to 2147483647 for `replica-priority`, and a server whose mark can't be read is nobody's.
    @Test(arguments: [0, 1, 100, 1_000_000_000, 2_147_483_647])
    func aPriorityThatIsAwaitedStandsBehindIt(priority: Int) throws {
        let template = try #require(Mark(template: Cast.mark.template())?.template(awaiting: priority))
        #expect(template == Cast.mark.template() + " awaits=\(priority)")
        #expect(Mark(template: template) == Cast.mark && Mark.awaitedPriority(in: template) == priority)
        #expect(Mark(template: template)?.template() == Cast.mark.template())
        #expect(Mark.awaitedPriority(in: Cast.mark.template()) == nil)
    }

    @Test(arguments: [
        "awaits=", "awaits=-1", "awaits=2147483648", "awaits=99999999999", "awaits=1x", "awaits=+1", "awaits= 1",
        "waits=1", "AWAITS=1", "awaits=1 ", "awaits=1 awaits=1",
    ])
    func noOtherWordMay(word: String) {
        let template = Cast.mark.template() + " " + word
        #expect(Mark(template: template) == nil && Mark.awaitedPriority(in: template) == nil)
    }

    @Test(arguments: [Cast.mark, Cast.markWithoutID], [nil, 0, Int(Int32.max)])
    func itIsReadInATitle(mark: Mark, priority: Int?) throws {
        let own = try #require(Mark(template: mark.template())?.template(awaiting: priority)).dropFirst(
            Self.prefix.count)
        for before in ["redis-server 127.0.0.1:1 ", "/opt/my redis/server *:1 [sentinel]"] {
            let read = try #require(Mark.read(title: "\(before) \(own)"))
            #expect(read.mark == mark && read.before.joined(separator: " ") == before)
        }
        #expect(Mark.read(title: String(own)) == nil)
        #expect(Mark.read(title: "redis-server 127.0.0.1:1") == nil && Mark.read(title: "") == nil)
    }

    /// The relation has to be symmetric: two servers can't disagree on whether they are of one cluster.
    @Test func matching() {
        let (ours, unknown, namesake) = (Cast.mark, Cast.markWithoutID, Cast.markOfNamesake)
        let otherName = Mark(root: "/redis", masterName: "other", clusterID: ours.clusterID)
        let otherRoot = Mark(root: "/other", masterName: "mymaster", clusterID: ours.clusterID)
        let table: [(Mark, Mark, Bool)] = [
            (ours, ours, true), (ours, unknown, true), (unknown, unknown, true), (ours, namesake, false),
            (ours, otherName, false), (ours, otherRoot, false), (unknown, otherRoot, false),
            (unknown, otherName, false),
        ]
        for (one, other, match) in table {
            #expect(one.matches(other) == match)
            #expect(other.matches(one) == match)
        }
    }
}
