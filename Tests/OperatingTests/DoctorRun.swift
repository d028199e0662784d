import Fixtures
import Support

/// What `interrex doctor --json` says.
struct DoctorAnswer: Decodable, Sendable, CustomStringConvertible {
    struct Check: Decodable, Sendable {
        var name: String
        var about: String
        var mark: String
        var results: [Result]
    }

    struct Result: Decodable, Sendable {
        var mark: String
        var subject: String?
        var cause: String
        var fix: [String]

        var text: String { "\(subject ?? "") \(cause) \(fix.joined(separator: " "))" }
    }

    var root: String
    var counts: [String: Int]
    var checks: [Check]

    /// All that is more than a pass.
    var complaints: [String] {
        checks.flatMap { check in
            check.results.filter { $0.mark != "pass" }.map { "\($0.mark) \(check.name): \($0.text)" }
        }
    }

    var description: String { complaints.joined(separator: "\n") }

    func says(_ check: String, _ mark: String, _ word: String) -> Bool {
        checks.first { $0.name == check }?.results.contains { $0.mark == mark && $0.text.contains(word) } ?? false
    }
}

extension TestCluster {
    /// Runs `interrex doctor` with the variables of this cluster, and others over them.
    func doctor(
        _ variables: [String: String] = [:], _ arguments: [String] = ["--json"]
    ) async throws -> OperatorCommand {
        try await OperatorCommand.of(["doctor"] + arguments, on: self, variables)
    }

    func examined(_ variables: [String: String] = [:]) async throws -> DoctorAnswer {
        let run = try await doctor(variables)
        do {
            let answer = try run.decoded(DoctorAnswer.self)
            let worst = answer.counts["fail", default: 0] > 0 ? 2 : answer.complaints.isEmpty ? 0 : 1
            guard run.code == worst else { throw TestFailure("ended with \(run.code), not \(worst): \(answer)") }
            return answer
        } catch {
            throw TestFailure("\(error): \(run)")
        }
    }

    /// Waits until this is said.
    func isSaid(
        _ check: String, _ mark: String, _ word: String, _ variables: [String: String] = [:]
    ) async throws {
        var last = ""
        do {
            try await eventually("\(mark) \(check) \(word)", within: .seconds(30)) {
                let answer = try await self.examined(variables)
                last = answer.description
                return answer.says(check, mark, word)
            }
        } catch {
            throw TestFailure("\(error); said is: \(last)")
        }
    }

    /// Waits until nothing is said.
    func isWell(_ variables: [String: String] = [:], after what: String = "") async throws {
        var last = ""
        do {
            try await eventually("nothing is said \(what)", within: .seconds(60)) {
                last = try await self.examined(variables).description
                return last.isEmpty
            }
        } catch {
            throw TestFailure("\(error); said is: \(last)")
        }
    }
}
