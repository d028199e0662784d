import FoundationEssentials

/// A page of the documentation as the tests read it, or a part of one.
public struct Page {
    public let text: Substring

    /// - Parameter path: below the folder of the package.
    public init(_ path: String) throws {
        // Tests/Support/Page.swift
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = contents(of: "/\(folder)/\(path)")
        guard !text.isEmpty else { throw TestFailure("no \(path) in /\(folder)") }
        self.init(text: text[...])
    }

    private init(text: Substring) { self.text = text }

    /// What stands below this heading, of either of two levels, up to the next one of its level or a higher one.
    public func section(_ title: String) throws -> Page {
        for level in ["##", "###"] {
            guard let start = text.firstRange(of: "\n\(level) \(title)\n") else { continue }
            let rest = text[start.upperBound...]
            let ends = ["\n## ", level == "###" ? "\n### " : nil].compactMap(\.self)
                .compactMap { rest.firstRange(of: $0)?.lowerBound }
            return Page(text: rest[..<(ends.min() ?? rest.endIndex)])
        }
        throw TestFailure("no section \(title)")
    }

    /// The cells of all rows of its tables, without their heads.
    public var rows: [[String]] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
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
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
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

/// What stands in the first group of a pattern, all over the package's own source: what no list of the source's could leave out.
public func inSource(_ pattern: Regex<(Substring, Substring)>) throws -> Set<String> {
    let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Sources"
    var found: Set<String> = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) where path.hasSuffix(".swift") {
        for match in contents(of: "\(folder)/\(path)").matches(of: pattern) { found.insert(String(match.1)) }
    }
    guard !found.isEmpty else { throw TestFailure("nothing like that in \(folder)") }
    return found
}
