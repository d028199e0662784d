import Documents
import Testing

@testable import Succession

/// `docs/design.md` has a line for each rule, behaviour and alert, by the name under which logs and metrics have it,
/// and for nothing else.
@Suite(.timeLimit(.minutes(5))) struct DesignNamesTests {
    @Test func everyRuleOfDecideHasItsLine() throws {
        let rows = try Self.rows(of: "rule of decide")
        #expect(rows.map { $0.first ?? "" } == Rule.allCases.map(\.rawValue))
        #expect(rows.map { $0.dropFirst().first ?? "" } == Rule.allCases.map { "\($0)" })
    }

    @Test func everyRuleOfDecideSentinelHasItsLine() throws {
        let rows = try Self.rows(of: "rule of decideSentinel")
        #expect(rows.map { $0.first ?? "" } == SentinelRule.allCases.map(\.rawValue))
        #expect(rows.map { $0.dropFirst().first ?? "" } == SentinelRule.allCases.map { "\($0)" })
    }

    @Test func everyBehaviourHasItsLine() throws {
        let names = try Self.rows(of: "behaviour").map { $0.first ?? "" }
        #expect(names.sorted() == Behaviours.builtIn.map(\.name).sorted())
    }

    @Test func everyAlertHasItsLine() throws {
        // A repair that fails has one line for all.
        let names = try Self.rows(of: "alert").map { $0.first ?? "" }.filter { $0 != "failed-<repair>" }
        #expect(names.sorted() == Alert.names)
    }

    /// The rows of the table whose header begins with this cell: their cells, without backticks.
    private static func rows(of header: String) throws -> [[String]] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(cells)
        let first = try #require(lines.firstIndex { $0.first == header }, "no table of each \(header)")
        // Below the header is the line of dashes.
        return Array(lines[(first + 2)...].prefix { !$0.isEmpty })
    }

    private static func cells(_ line: some StringProtocol) -> [String] {
        guard line.hasPrefix("|") else { return [] }
        return line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().map { cell in
            String(cell.drop { $0 == " " || $0 == "`" }.reversed().drop { $0 == " " || $0 == "`" }.reversed())
        }
    }

    private static let text = Document("docs/design.md").text
}
