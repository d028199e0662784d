import Inspection
import Testing

/// Columns are as wide as their words, and the lightest go first where there is no room.
@Suite(.timeLimit(.minutes(5))) struct TableTests {
    private let table: Table = {
        var table = Table([
            .init("server"), .init("role", weight: 3), .init("lag", weight: 2, isRightAligned: true),
            .init("version", weight: 1),
        ])
        table.add(["10.0.0.1:6379", "master", .init(nil), "7.0.15"])
        table.add(["10.0.0.2:6379", "replica", "512 B", "7.0.15"])
        return table
    }()

    @Test func columnsAreAsWideAsTheirWords() {
        #expect(
            table.lines(on: Canvas()) == [
                "server         role       lag  version", "10.0.0.1:6379  master       -  7.0.15",
                "10.0.0.2:6379  replica  512 B  7.0.15",
            ])
    }

    @Test func theLightestColumnsGoFirst() {
        let widest = table.lines(on: Canvas(width: 30)).map(\.count).max()
        #expect(table.lines(on: Canvas(width: 30)).first == "server         role       lag")
        #expect(widest == 29)
        #expect(table.lines(on: Canvas(width: 10)).first == "server")
    }

    @Test func aTextIsBrokenIntoLines() {
        var table = Table([
            .init("a"), .init("b", weight: 1), .init("c", weight: 3), .init("text", weight: 2, isWrapped: true),
        ])
        table.add(["one", "two", "six", .init("a sentence that is longer than that", .bad)])
        func lines(_ width: Int?) -> [String] { Array(table.lines(on: Canvas(width: width)).dropFirst()) }
        #expect(lines(nil) == ["one  two  six  a sentence that is longer than that"])
        #expect(
            lines(30) == ["one  two  six  a sentence that", "               is longer than", "               that"])
        // With less of it than 12 columns the lighter one goes first, and then it stands below.
        #expect(lines(24) == ["one  six  a sentence", "          that is longer", "          than that"])
        #expect(lines(21) == ["one  six", "  a sentence that is", "  longer than that"])
        let painted = table.lines(on: Canvas(width: 30, hasColour: true))
        #expect(painted[1] == "one  two  six  \u{1b}[31ma sentence that\u{1b}[0m")
        #expect(painted[2] == "               \u{1b}[31mis longer than\u{1b}[0m")
    }

    @Test func programsGetEveryColumn() {
        #expect(table.tabSeparated.first == "server\trole\tlag\tversion")
        #expect(table.tabSeparated.count == 3)
    }

    @Test func coloursTakeNoRoom() {
        var painted = Table([.init("a"), .init("b")])
        painted.add([.init("x", .bad), "y"])
        #expect(painted.lines(on: Canvas(hasColour: true)).last == "\u{1b}[31mx\u{1b}[0m  y")
    }
}
