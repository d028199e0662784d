import Documents
import Inspection
import Succession
import Testing
import Vocabulary

/// Each check on evidence in which all is well, and on evidence in which one thing is not.
@Suite(.timeLimit(.minutes(5))) struct DoctorCheckTests {
    /// One thing that is wrong, and what is to be said of it.
    struct Case: Sendable, CustomTestStringConvertible {
        var check: String
        var mark: CheckResult.Mark
        /// Is in what is said, subject and commands included.
        var word: String
        var plant: @Sendable (inout Evidence) -> Void

        init(
            _ check: String, _ mark: CheckResult.Mark, saying word: String,
            _ plant: @escaping @Sendable (inout Evidence) -> Void
        ) {
            (self.check, self.mark, self.word, self.plant) = (check, mark, word, plant)
        }

        var testDescription: String { "\(check) \(mark) \(word)" }
    }

    @Test func saysNothingWhereAllIsWell() {
        let examination = Examination(of: .healthy)
        for entry in examination.entries { #expect(entry.results.allSatisfy { $0.mark == .pass }, "\(entry)") }
        #expect(examination.exitCode == 0)
        #expect(examination.entries.count >= 36)
    }

    @Test(arguments: cases)
    func saysWhatIsWrong(_ planted: Case) throws {
        var evidence = Evidence.healthy
        planted.plant(&evidence)
        let examination = Examination(of: evidence)
        let entry = try #require(examination.entries.first { $0.check.name == planted.check })
        let isSaid = entry.results.contains { result in
            let text = "\(result.subject ?? "") \(result.cause) \(result.fix.joined(separator: " "))"
            return result.mark == planted.mark && text.contains(planted.word)
        }
        #expect(isSaid, "\(entry.results)")
        // What is a warning to one check may be a failure to another.
        let fails = examination.entries.contains { $0.results.contains { $0.mark == .fail } }
        #expect(examination.exitCode == (fails ? 2 : 1))
    }

    @Test func everyCheckHasACaseInWhichItSpeaks() {
        #expect(Set(Checks.all.map(\.name)).subtracting(Self.cases.map(\.check)) == [])
    }

    @Test func everyAlertIsToldByOneCheck() {
        let told = Checks.all.flatMap(\.alerts)
        #expect(Set(told) == Set(Alert.names))
        #expect(told.count == Set(told).count)
    }

    @Test func noTwoChecksHaveOneName() {
        let names = Checks.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil })
    }

    /// A replica that does not let us in is said by the check of passwords, and not by that of replicas once more.
    @Test func nothingIsSaidTwice() throws {
        var evidence = Evidence.healthy
        evidence.change { $0.instances[Evidence.replicas[0]] = Instance(.denied) }
        let examination = Examination(of: evidence)
        let about = examination.entries.flatMap { entry in
            entry.results.filter { $0.mark > .pass && $0.subject == Evidence.replicas[0].description }.map { _ in
                entry.check.name
            }
        }
        #expect(about == ["passwords"])
    }

    /// The table in the manual is that of the program.
    @Test func theReferenceHasEveryCheck() throws {
        let rows = try Document("docs/reference.md").section("Checks").rows
        #expect(rows.map { quoted(in: $0[0]).first } == Checks.all.map(\.name))
        #expect(rows.map { $0[1] } == Checks.all.map(\.about))
    }
}
