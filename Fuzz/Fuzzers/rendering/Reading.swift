import CSDS
import Rendering

// The shipped templates are part of the program: one that does not parse is a finding.
let shippedRedis = try! Template(Shipped.redisTemplate)
let shippedSentinel = try! Template(Shipped.sentinelTemplate)

/// Settings of one directive, which shows where the settings stand.
let markSettings = try! Template(SourceText(name: "mark", text: "mark here\n"))
let mark = ["mark", "here"].map { Array($0.utf8) }

/// The words of a line as Redis itself splits it (`sdssplitargs`); nil where it refuses.
func split(_ line: some StringProtocol) -> [[UInt8]]? { split(bytes: line.utf8) }

func split(bytes line: some Collection<UInt8>) -> [[UInt8]]? {
    var count: CInt = 0
    // Bytes of its own, with an end of its own: the address sanitizer sees a read beyond it.
    let words = (Array(line.map { CChar(bitPattern: $0) }) + [0]).withUnsafeBufferPointer {
        sdssplitargs($0.baseAddress, &count)
    }
    guard let words else { return nil }
    defer { sdsfreesplitres(words, count) }
    return (0..<Int(count)).map { index in
        guard let word = words[index] else { return [] }
        return Array(UnsafeRawBufferPointer(start: word, count: Int(sdslen(word))))
    }
}

/// The lines of a file that Redis looks at (config.c, `loadServerConfigFromString`): trimmed, not empty, no comment.
func lines(_ text: String) -> [Substring] {
    lines(bytes: Array(text.utf8)).map { Substring(String(decoding: $0, as: UTF8.self)) }
}

func lines(bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    bytes.split(separator: 0x0A).compactMap { line in
        let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0D].contains($0) }
        let start = line.drop(while: isBlank)
        guard let first = start.first, first != UInt8(ascii: "#") else { return nil }
        let end = start.lastIndex { !isBlank($0) }!
        return start[...end]
    }
}

/// The directives of a file, word by word.
func directives(_ text: String) -> [[[UInt8]]] {
    lines(text).compactMap { line in
        guard let words = split(line) else { fatalError("a line that Redis refuses: \(line)") }
        return words.isEmpty ? nil : words
    }
}

extension [[[UInt8]]] {
    func replacingMark(with directives: Self) -> Self {
        guard let place = firstIndex(of: mark) else { fatalError("the settings are left out") }
        return self[..<place] + directives + self[(place + 1)...]
    }
}
