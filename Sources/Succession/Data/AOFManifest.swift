import Vocabulary

/// The manifest of Redis 7's append-only files: which of them are loaded, and in which order.
///
/// Format: lines of pairs of words, `file <name> seq <number> type <b|h|i>`, other pairs being left for later versions;
/// `#` begins a comment line (aof.c, `aofLoadManifestFromFile`). A server ends at whatever is refused here, also with
/// `appendonly no`.
public struct AOFManifest: Equatable, Sendable {
    public struct File: Equatable, Sendable {
        /// Its name in the folder of the manifest; never a path.
        public var name: String
        public var sequence: Int64

        public init(name: String, sequence: Int64) {
            self.name = name
            self.sequence = sequence
        }
    }

    /// The snapshot that comes first, as an RDB file or as commands.
    public private(set) var base: File?
    /// What was written since, in order. Files of type `h` are history, which a server only deletes.
    public private(set) var increments: [File] = []

    /// All that is loaded, in order.
    public var files: [File] { (base.map { [$0] } ?? []) + increments }

    /// A manifest that names nothing, as where there is none.
    public init() {}

    /// Reads a whole manifest.
    /// - Parameter words: splits a line as Redis's `sdssplitargs` does; nil where quotes are not balanced.
    /// - Throws: `AOFManifestProblem`.
    public init(_ bytes: [UInt8], words split: (String) -> [String]?) throws(AOFManifestProblem) {
        var (rest, number) = (bytes[...], 0)
        guard !rest.isEmpty else { throw AOFManifestProblem(line: 0, .empty) }
        while !rest.isEmpty {
            number += 1
            let line = Self.takeLine(from: &rest)
            if line.first == UInt8(ascii: "#") { continue }
            // A NUL ends a C string before its line end.
            guard line.last == UInt8(ascii: "\n"), !line.contains(0) else {
                throw AOFManifestProblem(line: number, .lineEnd)
            }
            do throws(AOFManifestProblem.Kind) {
                try add(split(String(decoding: line, as: UTF8.self)) ?? [])
            } catch {
                throw AOFManifestProblem(line: number, error)
            }
        }
    }

    /// `MANIFEST_MAX_LINE` bytes at most: what is longer counts as several lines.
    private static func takeLine(from rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let most = rest.prefix(1_024)
        let line = most.firstIndex(of: UInt8(ascii: "\n")).map { most[...$0] } ?? most
        rest = rest[line.endIndex...]
        return line
    }

    private mutating func add(_ words: [String]) throws(AOFManifestProblem.Kind) {
        guard words.count >= 6, words.count % 2 == 0 else { throw .format }
        var (name, sequence, type): (String?, Int64, UInt8?) = (nil, 0, nil)
        for index in stride(from: 0, to: words.count, by: 2) {
            let value = words[index + 1]
            switch words[index].lowercased() {
            case "file":
                guard !value.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) else {
                    throw .path
                }
                name = value
            case "seq": sequence = leadingNumber(value)
            case "type": type = value.utf8.first
            default: break
            }
        }
        guard let name, let type, sequence != 0 else { throw .format }
        let file = File(name: name, sequence: sequence)
        switch type {
        case UInt8(ascii: "b"):
            guard base == nil else { throw .twoBases }
            base = file
        case UInt8(ascii: "i"):
            guard sequence > increments.last?.sequence ?? 0 else { throw .order }
            increments.append(file)
        case UInt8(ascii: "h"): break
        default: throw .type
        }
    }
}

/// What is wrong with a manifest, and in which line, counted from 1.
public struct AOFManifestProblem: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: String, Error, Sendable {
        case empty = "it is empty"
        case lineEnd = "a line has no end, or is longer than 1024 bytes"
        case format = "it is no list of pairs with file, seq and type"
        case path = "a file name is a path"
        case twoBases = "it names a second base file"
        case order = "a sequence number is not higher than the one before"
        case type = "a file is of none of the types b, h and i"
    }

    public var line: Int
    public var kind: Kind

    public init(line: Int, _ kind: Kind) {
        self.line = line
        self.kind = kind
    }

    public var description: String { line == 0 ? kind.rawValue : "line \(line): \(kind.rawValue)" }
}

/// As C's `atoll` reads it: white space, a sign, digits, then anything; 0 where there is no number.
func leadingNumber(_ text: String) -> Int64 {
    var rest = text.utf8.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    let digits = String(Substring(rest.prefix(while: \.isDigit)))
    guard !digits.isEmpty else { return 0 }
    return Int64((isNegative ? "-" : "") + digits) ?? (isNegative ? .min : .max)
}
