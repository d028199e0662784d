extension Document {
    /// What stands below this heading, of either of two levels, up to the next one of its level or a higher one.
    public func section(_ title: String) throws -> Document {
        for level in ["##", "###"] {
            guard let start = text.firstRange(of: "\n\(level) \(title)\n") else { continue }
            let rest = text[start.upperBound...]
            let ends = ["\n## ", level == "###" ? "\n### " : nil].compactMap(\.self)
                .compactMap { rest.firstRange(of: $0)?.lowerBound }
            return Document(path, text: rest[..<(ends.min() ?? rest.endIndex)])
        }
        throw NoSection(description: "no section \(title) in \(path)")
    }

    /// The cells of all rows of its tables, without their heads.
    public var rows: [[String]] {
        var rows: [[String]] = []
        var isInside = false
        for line in lines {
            if line.hasPrefix("|---") {
                isInside = true
            } else if !line.hasPrefix("|") {
                isInside = false
            } else if isInside {
                let cells = line.dropFirst().split(separator: "|", omittingEmptySubsequences: false).dropLast()
                rows.append(cells.map { $0.split(separator: " ").joined(separator: " ") })
            }
        }
        return rows
    }

    /// What stands between backticks in the first cell of each row.
    public var names: [String] { rows.flatMap { quoted(in: $0[0]) } }

    /// Blocks of code in this language, in their order; those that stand in a list without their indentation.
    public func blocks(_ language: String) -> [String] {
        var blocks: [String] = []
        var block: [Substring]?
        var indentation = 0
        for line in lines {
            let content = line.drop { $0 == " " }
            if let lines = block, content == "```" {
                blocks.append(lines.joined(separator: "\n") + "\n")
                block = nil
            } else if block != nil {
                block?.append(line.dropFirst(indentation))
            } else if content == "```\(language)" {
                (block, indentation) = ([], line.count - content.count)
            }
        }
        return blocks
    }
}

/// What stands between backticks.
public func quoted(in text: some StringProtocol) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
}

/// A document lacks what a test looks for.
public struct NoSection: Error, CustomStringConvertible { public let description: String }
