import Testing

@testable import Rendering

@Suite(.timeLimit(.minutes(5))) struct RenderingErrorTests {
    @Test(
        "each error is one line that says where and what to do",
        arguments: [
            RenderingError.template(source: "f", line: 3, .nul), .template(source: "f", line: 3, .unclosedTag),
            .template(source: "f", line: 3, .malformedTag("{{x y}}")),
            .template(source: "f", line: 3, .unknownName("nope", known: ["port", "quorum"])),
            .template(source: "f", line: 3, .sectionUsedAsValue("x")),
            .template(source: "f", line: 3, .valueUsedAsSection("x")),
            .template(source: "f", line: 3, .linesUsedAsValue("settings")),
            .template(source: "f", line: 3, .unclosedSection("x")),
            .template(source: "f", line: 3, .closedWithoutOpening("x")),
            .template(source: "f", line: 3, .crossedSections(open: "x", openedAt: 1, closed: "y")),
            .template(source: "f", line: 3, .tooDeep(limit: 16)),
            .settings(source: "f", line: 3, .unbalancedQuotes),
            .settings(source: "f", line: 3, .decidedByInterrex(directive: "replicaof")),
            .settings(source: "f", line: 3, .secretUnknownToInterrex(directive: "requirepass", variable: "X")),
            .settings(source: "f", line: 3, .plaintextOnly(directive: "tls-port")),
            .settings(source: "f", line: 3, .undone(directive: "port")),
            .settings(source: "f", line: 3, .lacking(directive: "port")),
            .settings(source: "f", line: 3, .sentinelUser), .settings(source: "f", line: 3, .usersTwice),
            .settings(source: "f", line: 3, .openDoor(variable: "X")),
            .settings(source: "f", line: 3, .userIsOff(name: "default")),
            .included(source: "f", line: 3, .otherPassword(name: "rex", variable: "X")),
            .settings(source: "f", line: 3, .unreadableACLFile(path: "/x", why: "none")),
            .included(source: "f", line: 3, .byteOrderMark), .included(source: "f", line: 3, .nul),
            .included(source: "f", line: 3, .noText), .included(source: "f", line: 3, .noUTF8(directive: "dir")),
            .settings(source: "f", line: 3, .includeInTemplate), .included(source: "f", line: 3, .malformedInclude),
            .included(source: "f", line: 3, .unreadableInclude(path: "/x", why: "none")),
            .included(source: "f", line: 3, .includedTooDeep(limit: 16)),
            .included(source: "f", line: 3, .includedTooMuch(limit: 16)),
            .included(source: "f", line: 3, .sentinelArgument), .included(source: "f", line: 3, .standardInput),
            .included(source: "f", line: 3, .fileArgument), .included(source: "f", line: 3, .namelessArgument),
        ])
    func placed(_ error: RenderingError) {
        #expect(error.description.hasPrefix("f, line 3"))
        #expect(error.description.contains("; ") && !error.description.contains("\n"))
    }

    @Test(
        "an error about a value names it and never shows it",
        arguments: [
            ValueProblem.empty, .lineBreakOrNUL, .tooLong(limit: 1), .notIn(1...2), .notAbsolute,
            .characters(allowed: "a-z"), .lostBySentinelRewrite, .wildcardNotAnnounced,
        ])
    func value(_ problem: ValueProblem) {
        let text = RenderingError.value(name: "password", problem).description
        #expect(text.hasPrefix("password ") && text.contains("; ") && !text.contains("\n"))
    }

    @Test("a line has one name, whoever complains of it: we, or the real server")
    func onePlace() {
        let sources: [(FlatSettings.Origin.Source, String)] = [
            (.rendered("f"), "f, line 3 once rendered"), (.file("f"), "f, line 3"),
            (.arguments, "the arguments after --, line 3"),
        ]
        for (source, place) in sources {
            let origin = FlatSettings.Origin(source: source, line: 3)
            #expect(origin.place == place)
            #expect(origin.error(.nul).description == "\(place): \(SettingsProblem.nul.explanation)")
        }
    }

    @Test("a whole one")
    func whole() {
        let problem = TemplateProblem.unknownName("prot", known: ["port", "quorum"])
        let error = RenderingError.template(source: "conf/my.conf", line: 7, problem)
        #expect("\(error)" == "conf/my.conf, line 7: unknown name prot; known here: port, quorum")
    }
}
