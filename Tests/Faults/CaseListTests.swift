import FoundationEssentials
import Support
import Testing
import Throttle

/// Whether `cases.txt` and the tests agree.
@Suite(.inTurn) struct CaseListTests {
    /// The IDs of the list, each with the reason for which it has no test.
    private let reasons: [String: String?]
    /// The ID in the display name of each test whose function begins with an ID, by that function's name.
    private let tests: [String: String]

    init() throws {
        let folder = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        reasons = Dictionary(
            contents(of: "\(folder)/Faults/cases.txt").split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
                let words = $0.split(separator: " ", maxSplits: 1).map(String.init)
                return (words[0], words.count > 1 ? words[1] : nil)
            }
        ) { first, _ in first }
        var tests: [String: String] = [:]
        let heading = /@Test\(\s*"(F\d+): [^"]+"[^{]*?func (f\d+_\w+)\(/
        let function = /func (f\d+_\w+)\(/
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder)
        where name.hasSuffix(".swift") && !name.hasSuffix("CaseListTests.swift") {
            let text = contents(of: "\(folder)/\(name)")
            for match in text.matches(of: function) { tests[String(match.1)] = "" }
            for match in text.matches(of: heading) { tests[String(match.2)] = String(match.1) }
        }
        self.tests = tests
    }

    @Test func every_case_has_a_test_or_a_reason_and_not_both() {
        #expect(reasons.count > 60)
        let tested = Set(tests.values)
        let wrong = reasons.filter { id, reason in tested.contains(id) != (reason == nil) }
        #expect(wrong.isEmpty, "\(wrong.keys.sorted())")
    }

    @Test func every_test_of_a_case_shows_its_id_in_both_names() {
        for (function, id) in tests {
            #expect(function.hasPrefix(id.lowercased() + "_") && !id.isEmpty, "\(function) is called \"\(id): ...\"")
            #expect(reasons.keys.contains(id), "\(id) of \(function) is not in the list")
        }
    }
}
