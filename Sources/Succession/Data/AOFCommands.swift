/// How the commands in an append-only file end, read as a starting server reads them (aof.c,
/// `loadSingleAppendOnlyFile`). Which commands they are is not looked at.
public enum AOFCommands: Equatable, Sendable {
    /// With a whole command, or a whole line that begins with `#`.
    case whole
    /// In the middle of a command, or of a transaction: a crash does that, and a server cuts it away with
    /// `aof-load-truncated yes`.
    case cutOff
    /// They are no commands.
    case malformed

    /// How many bytes at the end of a long file are looked at.
    public static let tailLength = 16_384

    /// The verdict on a whole file, or on all that follows its RDB part.
    public init(_ bytes: [UInt8]) { self = Self.read(bytes[...]) }

    /// The verdict on a file of which only the last bytes are known, from any byte on.
    ///
    /// A command that is longer than these bytes can't be followed: where nothing in them reads as commands up to the
    /// end, the last two bytes decide. Values may look like commands, so of the places where one might begin the first
    /// that leads to the end counts.
    public init(tail bytes: [UInt8]) {
        var isCut = false
        var places = 0
        for index in bytes.indices.dropFirst()
        where bytes[index - 1] == UInt8(ascii: "\n") && bytes[index] == UInt8(ascii: "*") {
            switch Self.read(bytes[index...]) {
            case .whole:
                self = .whole
                return
            case .cutOff: isCut = true
            case .malformed: break
            }
            places += 1
            // Only a file that was made for it has as many wrong ones.
            if places == 1_000 { break }
        }
        self = isCut || !bytes.suffix(2).elementsEqual([0x0d, 0x0a]) ? .cutOff : .whole
    }

    private static func read(_ bytes: ArraySlice<UInt8>) -> AOFCommands {
        var (rest, isInTransaction) = (bytes, false)
        while let first = rest.first {
            let line = takeLine(from: &rest)
            if first == UInt8(ascii: "#") { continue }
            guard first == UInt8(ascii: "*") else { return .malformed }
            if line.count == 1 { return .cutOff }
            let count = number(line)
            guard count >= 1, count <= Int64(Int32.max) else { return .malformed }
            for index in 0..<count {
                guard !rest.isEmpty else { return .cutOff }
                let line = takeLine(from: &rest)
                guard line.first == UInt8(ascii: "$") else { return .malformed }
                let length = number(line)
                guard length >= 0 else { return .malformed }
                guard Int64(rest.count) - 2 >= length else { return .cutOff }
                let value = rest.prefix(Int(length))
                if index == 0 { isInTransaction = begins(value) || (isInTransaction && !ends(value)) }
                rest = rest.dropFirst(Int(length) + 2)
            }
        }
        return isInTransaction ? .cutOff : .whole
    }

    /// What `fgets` takes: to the line end, 1,023 bytes at most (`AOF_ANNOTATION_LINE_MAX_LEN`).
    private static func takeLine(from rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let most = rest.prefix(1_023)
        let line = most.firstIndex(of: UInt8(ascii: "\n")).map { most[...$0] } ?? most
        rest = rest[line.endIndex...]
        return line
    }

    private static func number(_ line: ArraySlice<UInt8>) -> Int64 {
        leadingNumber(String(decoding: line.dropFirst(), as: UTF8.self))
    }

    private static func begins(_ name: ArraySlice<UInt8>) -> Bool { isWord(name, "multi") }
    private static func ends(_ name: ArraySlice<UInt8>) -> Bool { isWord(name, "exec") || isWord(name, "discard") }

    private static func isWord(_ name: ArraySlice<UInt8>, _ word: String) -> Bool {
        name.count == word.utf8.count && zip(name, word.utf8).allSatisfy { $0 | 0x20 == $1 }
    }
}
