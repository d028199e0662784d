import Testing

@testable import Succession

/// The sign in `proc-title-template` by which a server is known.
@Suite struct MarkTests {
    static let prefix = "{title} {listen-addr} {server-mode} "

    @Test func itIsWrittenAsTheTemplateOfTheDesign() {
        #expect(Cast.mark.template == Self.prefix + "/redis mymaster 0123456789abcdef")
        #expect(Cast.markWithoutID.template == Self.prefix + "/redis mymaster -")
    }

    @Test(arguments: [Cast.mark, Cast.markWithoutID, Cast.markOfAnotherRoot, Cast.markOfNamesake])
    func itIsReadAsItWasWritten(mark: Mark) {
        #expect(Mark(template: mark.template) == mark)
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
