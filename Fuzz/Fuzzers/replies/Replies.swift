import Fuzzing

@testable import Redis

/// What a server sends, read by the reply parser in pieces, and each reply as every type that there is.
///
/// The first byte says how long the pieces are; the rest is the stream.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(start, count)
    let piece = Int(input.byte() % 32) + 1
    let bytes = input.bytes
    let (replies, ended) = parse(bytes, piece: max(1, bytes.count), limit: 1_048_576)
    let (same, endedToo) = parse(bytes, piece: piece, limit: 1_048_576)
    check(replies == same && ended == endedToo, "another reading in pieces of \(piece)")
    for reply in replies {
        checkWriting(reply)
        checkTypes(reply)
    }
    checkLimit(bytes, piece: piece)
    return 0
}

/// All replies in `bytes`, and whether the parser refused the rest.
private func parse(_ bytes: [UInt8], piece: Int, limit: Int) -> (replies: [Reply], ended: Bool) {
    let parser = ReplyParser(limit: limit)
    var replies: [Reply] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        // A copy of its own: the address sanitizer sees a read beyond it.
        Array(rest.prefix(piece)).withUnsafeBytes { parser.feed($0) }
        rest = rest.dropFirst(piece)
        reading: while true {
            switch parser.next() {
            case .reply(let reply): replies.append(reply)
            case .needMore: break reading
            case .failure(let reason):
                check(!reason.isEmpty && isPrintable(printable(reason)), "refused for \(reason)")
                return (replies, true)
            }
        }
    }
    return (replies, false)
}

/// A reply never costs more than the limit, whatever it claims to hold.
private func checkLimit(_ bytes: [UInt8], piece: Int) {
    let limit = 512
    for reply in parse(bytes, piece: piece, limit: limit).replies {
        check(cost(reply) <= limit, "a reply of \(cost(reply)) where \(limit) are allowed")
    }
}

private func cost(_ reply: Reply) -> Int {
    switch reply {
    case .string(let bytes): bytes.count
    case .array(let elements): elements.reduce(elements.count * 64) { $0 + cost($1) }
    default: 0
    }
}

/// What was read is read again where it is written as the protocol says.
private func checkWriting(_ reply: Reply) {
    var bytes: [UInt8] = []
    write(reply, to: &bytes)
    let (again, ended) = parse(bytes, piece: bytes.count, limit: 1_048_576)
    check(!ended && again == [reply], "\(reply) is read as another")
}

private func write(_ reply: Reply, to bytes: inout [UInt8]) {
    switch reply {
    case .string(let text):
        bytes += "$\(text.count)\r\n".utf8
        bytes += text
        bytes += "\r\n".utf8
    case .status(let line): bytes += "+\(line)\r\n".utf8
    case .error(let line): bytes += "-\(line)\r\n".utf8
    case .integer(let number): bytes += ":\(number)\r\n".utf8
    case .null: bytes += "$-1\r\n".utf8
    case .array(let elements):
        bytes += "*\(elements.count)\r\n".utf8
        for element in elements { write(element, to: &bytes) }
    }
}
