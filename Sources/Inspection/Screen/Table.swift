/// A table of words: columns as wide as what stands in them, two spaces between. Where it is wider than its canvas the
/// columns that matter least are left out, and a text is wrapped.
public struct Table: Sendable {
    public struct Column: Sendable {
        public var title: String
        /// The columns of the lowest weight are left out first; nil: never.
        public var weight: Int?
        public var isRightAligned: Bool
        /// Whether its cells are broken into lines where there is no room for all of them, and stand below the row
        /// where it would be left out. The last column may be.
        public var isWrapped: Bool

        public init(_ title: String, weight: Int? = nil, isRightAligned: Bool = false, isWrapped: Bool = false) {
            self.title = title
            self.weight = weight
            self.isRightAligned = isRightAligned
            self.isWrapped = isWrapped
        }
    }

    public struct Cell: Sendable, ExpressibleByStringLiteral {
        public var text: String
        public var tone: Canvas.Tone

        public init(_ text: String?, _ tone: Canvas.Tone = .plain) {
            self.text = text ?? "-"
            self.tone = tone
        }

        public init(stringLiteral text: String) { self.init(text) }
    }

    /// Columns of a line that a wrapped cell has at least: with less it would be a word a line.
    private static let leastWrapped = 12

    public var columns: [Column]
    public private(set) var rows: [[Cell]] = []

    public init(_ columns: [Column]) { self.columns = columns }

    /// - Parameter row: a cell for each column.
    public mutating func add(_ row: [Cell]) { rows.append(row) }

    /// Its lines, with the titles above; none where there is no row.
    public func lines(on canvas: Canvas) -> [String] {
        guard !rows.isEmpty else { return [] }
        let shown = shownColumns(within: canvas.width)
        let widths = shown.map { width(of: $0) }
        let titles = shown.map { Cell(columns[$0].title, .faint) }
        let below = columns.indices.last { columns[$0].isWrapped && !shown.contains($0) }
        return line(of: titles, in: shown, widths, canvas)
            + rows.flatMap { row in
                line(of: shown.map { row[$0] }, in: shown, widths, canvas)
                    + (below.map { row[$0].lines(on: canvas, indent: 2) } ?? [])
            }
    }

    /// One line, and those of a wrapped cell.
    private func line(of cells: [Cell], in shown: [Int], _ widths: [Int], _ canvas: Canvas) -> [String] {
        var (line, indent) = ("", 0)
        for (index, cell) in cells.enumerated() {
            if columns[shown[index]].isWrapped {
                let lines = cell.lines(on: canvas, indent: indent)
                return [line + lines[0].dropFirst(indent)] + lines.dropFirst()
            }
            let padding = String(repeating: " ", count: widths[index] - cell.text.count)
            let isLast = index == cells.count - 1
            let isRight = columns[shown[index]].isRightAligned
            line += isRight ? padding + canvas.paint(cell.text, cell.tone) : canvas.paint(cell.text, cell.tone)
            if !isLast { line += (isRight ? "" : padding) + "  " }
            indent += widths[index] + 2
        }
        return [line]
    }

    /// The same for programs: a line of titles, then a line a row, with tabs between.
    public var tabSeparated: [String] {
        ([columns.map(\.title)] + rows.map { $0.map(\.text) }).map { $0.joined(separator: "\t") }
    }

    private func width(of column: Int) -> Int {
        max(columns[column].title.count, rows.map { $0[column].text.count }.max() ?? 0)
    }

    /// The least room that a column needs.
    private func leastWidth(of column: Int) -> Int {
        let whole = width(of: column)
        return columns[column].isWrapped ? min(whole, Self.leastWrapped) : whole
    }

    /// With the spaces between.
    private func room(for shown: [Int]) -> Int {
        shown.map { leastWidth(of: $0) }.reduce(0, +) + 2 * (shown.count - 1)
    }

    private func shownColumns(within limit: Int?) -> [Int] {
        var shown = Array(columns.indices)
        guard let limit else { return shown }
        while room(for: shown) > limit {
            let leastWeight = shown.compactMap { columns[$0].weight }.min()
            guard let least = shown.last(where: { columns[$0].weight == leastWeight && leastWeight != nil }) else {
                break
            }
            shown.removeAll { $0 == least }
        }
        return shown
    }
}

extension Table.Cell {
    /// In lines that fit, each indented.
    fileprivate func lines(on canvas: Canvas, indent: Int) -> [String] {
        canvas.wrapped(text, indent: indent).map {
            String($0.prefix(indent)) + canvas.paint(String($0.dropFirst(indent)), tone)
        }
    }
}
