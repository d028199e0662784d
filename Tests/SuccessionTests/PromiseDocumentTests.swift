import Documents
import FoundationEssentials
import Testing

/// Whether `docs/promises.md` names tests that exist, and every case of the faults.
@Suite(.timeLimit(.minutes(5))) struct PromiseDocumentTests {
    private static let root = Document.root
    /// The columns in which suites are named.
    private static let columns: Set<String> = ["suite", "suites"]

    private let document: String

    init() throws { document = try Self.text("docs/promises.md") }

    @Test func everySuiteThatIsNamedExists() throws {
        // The slash makes it a folder also where a link stands for it.
        let paths = try FileManager.default.subpathsOfDirectory(atPath: "\(Self.root)/Tests/")
        var declared: Set<String> = []
        for path in paths where path.hasSuffix(".swift") {
            let text = try Self.text("Tests/\(path)")
            guard text.contains("@Test") else { continue }
            declared.formUnion(text.matches(of: /\b(?:struct|class|actor|enum) (\w+)/).map { String($0.1) })
        }
        // A document that is read wrongly must not pass.
        #expect(namedSuites.count > 80)
        let missing = namedSuites.subtracting(declared)
        #expect(missing.isEmpty, "no such suites: \(missing.sorted())")
    }

    @Test func everyPromiseHasItsTests() {
        let sections = document.split(separator: "\n## Promise ").dropFirst()
        #expect(sections.map { String($0.prefix { $0 != ":" }) } == (1...10).map(String.init))
        for section in sections { #expect(section.contains("\n| suite |"), "promise \(section.prefix(40))") }
    }

    @Test func everyCaseOfTheListHasARow() throws {
        let lines = try Self.text("Tests/Faults/cases.txt").split(separator: "\n").filter { !$0.hasPrefix("#") }
        let rows = document.split(separator: "\n").compactMap { $0.firstMatch(of: /^\| (F\d+) [CHM] \|/)?.1 }
        #expect(rows.map(String.init) == lines.map { String($0.prefix { $0 != " " }) })
    }

    /// What stands in backticks in the columns of suites.
    private var namedSuites: Set<String> {
        var (names, column) = (Set<String>(), Int?.none)
        for line in document.split(separator: "\n", omittingEmptySubsequences: false) {
            // A table ends with the first line that is none of its rows.
            guard line.hasPrefix("|") else {
                column = nil
                continue
            }
            let cells = line.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }
            if let found = cells.firstIndex(where: Self.columns.contains) { column = found }
            guard let column, cells.indices.contains(column) else { continue }
            names.formUnion(cells[column].matches(of: /`(\w+)`/).map { String($0.1) })
        }
        return names
    }

    private static func text(_ path: String) throws -> String {
        let bytes = try #require(FileManager.default.contents(atPath: "\(root)/\(path)"), "\(path) can't be read")
        return String(decoding: bytes, as: UTF8.self)
    }
}
