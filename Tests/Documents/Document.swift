import Glibc

/// A document of the repository as its readers see it, or a part of one.
public struct Document: Sendable, CustomStringConvertible {
    /// From the repository's root.
    public let path: String
    public let text: Substring

    public var description: String { path }

    /// By the system's own steps upwards, which leave a link (`Pure/Tests`) for where it leads to.
    public static let root = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/../.."

    /// Those at the root, and all in `docs`.
    public static let all: [Document] = {
        let docs = names(in: "docs").filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
        return (["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"] + docs).map { Document($0) }
    }()

    /// One that can't be read is empty.
    public init(_ path: String) {
        var bytes: [UInt8] = []
        if let file = fopen("\(Self.root)/\(path)", "r") {
            defer { fclose(file) }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        }
        self.init(path, text: Substring(String(decoding: bytes, as: UTF8.self)))
    }

    init(_ path: String, text: Substring) { (self.path, self.text) = (path, text) }

    public var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The lines outside blocks of code.
    public var prose: [Substring] {
        var isCode = false
        return lines.filter { line in
            let isFence = line.hasPrefix("```")
            if isFence { isCode.toggle() }
            return !isFence && !isCode
        }
    }

    /// The anchors that GitHub gives its headings: small letters, hyphens for spaces, no other punctuation; the second
    /// one of a name ends with `-1`.
    public var anchors: Set<String> {
        var counts: [String: Int] = [:]
        return Set(
            prose.filter { $0.hasPrefix("#") }.map { line in
                let title = line.drop { $0 == "#" }.dropFirst().lowercased()
                let anchor = String(
                    title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }.map { $0 == " " ? "-" : $0 })
                defer { counts[anchor, default: 0] += 1 }
                return counts[anchor].map { "\(anchor)-\($0)" } ?? anchor
            })
    }

    /// Where its links lead.
    public var links: [String] {
        prose.joined(separator: "\n").replacing(/`[^`\n]*`/, with: "").matches(of: /\]\(([^)\s]+)\)/).map {
            String($0.1)
        }
    }

    /// Its sentences outside tables and headings.
    public var sentences: [Substring] {
        var paragraphs: [String] = [""]
        for line in prose where !line.hasPrefix("|") && !line.hasPrefix("#") {
            let isNew = line.isEmpty || line.drop { $0 == " " }.starts(with: #/[-*] |\d+\. /#)
            if isNew { paragraphs.append(String(line)) } else { paragraphs[paragraphs.count - 1] += " " + line }
        }
        return paragraphs.flatMap { $0.split(separator: #/[.:;?!·] /#) }
    }

    /// The names in a folder of the repository, sorted.
    private static func names(in folder: String) -> [String] {
        guard let stream = opendir("\(root)/\(folder)") else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.sorted()
    }
}
