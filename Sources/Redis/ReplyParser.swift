import CHiredis
import Glibc

/// hiredis's reply parser, fed with bytes, giving replies; bounded in what one reply may hold.
///
/// The C reader exists only while a reply is incomplete: an idle connection keeps no buffer (with 6,000 connections,
/// hiredis's spare 16 KiB each would be 96 MB).
final class ReplyParser {
    enum Step: Equatable {
        case reply(Reply)
        case needMore
        /// The peer broke the protocol or a limit; the parser is of no more use.
        case failure(String)
    }

    /// The longest line (status, error, number, header) taken for Redis's: its own longest are some hundred bytes, and
    /// hiredis searches an unfinished line from its start at each read.
    static let longestLine = 65_536

    /// nil unless a reply has begun.
    private(set) var reader: UnsafeMutablePointer<redisReader>?
    private let builder: ReplyBuilder

    /// `limit`: how many bytes one reply may cost, as received plus 64 for each element.
    init(limit: Int) { builder = ReplyBuilder(limit: limit) }

    deinit { redisReaderFree(reader) }

    /// Copies `bytes`; call `next` until it needs more before feeding again.
    func feed(_ bytes: UnsafeRawBufferPointer) {
        if reader == nil {
            reader = redisReaderCreateWithFunctions(builderFunctions)
            // Unretained: the builder is this object's own and outlives the reader.
            reader?.pointee.privdata = Unmanaged.passUnretained(builder).toOpaque()
        }
        builder.count(bytes: bytes.count)
        guard let reader else { return }
        _ = redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }

    func next() -> Step {
        guard let reader else { return .needMore }
        // Before it is asked: it would begin another reply, and keep its buffer for it.
        if reader.pointee.pos == reader.pointee.len, reader.pointee.ridx == -1 {
            redisReaderFree(reader)
            self.reader = nil
            return .needMore
        }
        var token: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &token) == REDIS_OK else { return .failure(reason(reader)) }
        let unread = reader.pointee.len - reader.pointee.pos
        if token != nil {
            // One that came whole with the last bytes was not looked at before.
            guard !builder.isOverLimit(besides: unread) else { return .failure(builder.tooMuch) }
            if let reply = builder.take(leaving: unread) { return .reply(reply) }
        }
        if builder.isOverLimit || announcesTooMuch(reader) { return .failure(builder.tooMuch) }
        if unread > Self.longestLine,
            memchr(reader.pointee.buf + reader.pointee.pos, Int32(UInt8(ascii: "\n")), Self.longestLine) == nil
        {
            return .failure("a line of more than \(Self.longestLine) bytes")
        }
        return .needMore
    }

    /// Whether a string has begun that is longer than one reply may be: it is not waited for.
    private func announcesTooMuch(_ reader: UnsafeMutablePointer<redisReader>) -> Bool {
        // Its type has been read, and its length not yet.
        let depth = Int(reader.pointee.ridx)
        guard depth >= 0 else { return false }
        let kind = withUnsafeBytes(of: &reader.pointee.rstack) {
            $0.assumingMemoryBound(to: redisReadTask.self)[depth].type
        }
        guard kind == REDIS_REPLY_STRING else { return false }
        let unread = UnsafeRawBufferPointer(
            start: reader.pointee.buf + reader.pointee.pos, count: reader.pointee.len - reader.pointee.pos)
        let digits = unread.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        // What no number holds, hiredis refuses.
        guard digits.endIndex < unread.endIndex, let length = Int(String(decoding: digits, as: UTF8.self)) else {
            return false
        }
        return builder.isOverLimit(with: length)
    }

    private func reason(_ reader: UnsafeMutablePointer<redisReader>) -> String {
        if builder.isOverLimit { return builder.tooMuch }
        return withUnsafeBytes(of: &reader.pointee.errstr) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// Puts one reply together from the parser's events, and counts what it costs.
private final class ReplyBuilder {
    private struct Frame {
        var missing: Int
        var elements: [Reply] = []
    }

    /// What one element costs beside its bytes: a `Reply` with its share of the array that holds it, rounded up.
    static let elementCost = 64

    private let limit: Int
    private var open: [Frame] = []
    private var finished: Reply?
    private var bytes = 0
    private var elements = 0

    init(limit: Int) { self.limit = limit }

    var isOverLimit: Bool { isOverLimit(besides: 0) }

    /// The same without `unread` bytes, which are of the next replies.
    func isOverLimit(besides unread: Int) -> Bool { bytes - unread + elements * Self.elementCost > limit }

    /// The same once a string of this length has come.
    func isOverLimit(with length: Int) -> Bool { length > limit }

    var tooMuch: String { "a reply of more than \(limit) bytes" }

    func count(bytes more: Int) { bytes += more }

    /// Begins an array; false when its elements alone would break the limit.
    func begin(count: Int) -> Bool {
        elements += count
        guard !isOverLimit else { return false }
        if count == 0 { return complete(.array([])) }
        // Room only for what is plausible: the count is the peer's claim.
        var frame = Frame(missing: count)
        frame.elements.reserveCapacity(min(count, 64))
        open.append(frame)
        return true
    }

    func add(_ reply: Reply) -> Bool { complete(reply) }

    /// The finished reply; `leaving` bytes of the next ones are already counted to those.
    func take(leaving unread: Int) -> Reply? {
        defer { (finished, bytes, elements) = (nil, unread, 0) }
        return finished
    }

    private func complete(_ reply: Reply) -> Bool {
        var reply = reply
        while let last = open.indices.last {
            open[last].elements.append(reply)
            open[last].missing -= 1
            guard open[last].missing == 0 else { return true }
            reply = .array(open.removeLast().elements)
        }
        finished = reply
        return true
    }
}

// Never changed, never freed: hiredis only reads the five pointers.
nonisolated(unsafe) private let builderFunctions: UnsafeMutablePointer<redisReplyObjectFunctions> = {
    let functions = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
    functions.initialize(
        to: redisReplyObjectFunctions(
            createString: createString, createArray: createArray, createInteger: createInteger, createNil: createNil,
            freeObject: freeObject))
    return functions
}()

// No Swift object crosses into C. The builder holds what is parsed, and hiredis gets one constant that says "made" (nil
// says "out of memory" and ends the parse), so nothing can be freed twice or forgotten.
nonisolated(unsafe) private let made = UnsafeMutableRawPointer(bitPattern: 1)

private func builder(_ task: UnsafePointer<redisReadTask>?) -> ReplyBuilder {
    Unmanaged<ReplyBuilder>.fromOpaque(task!.pointee.privdata).takeUnretainedValue()
}

private func createString(
    _ task: UnsafePointer<redisReadTask>?, _ text: UnsafeMutablePointer<CChar>?, _ length: Int
) -> UnsafeMutableRawPointer? {
    let bytes = UnsafeRawBufferPointer(start: text, count: length)
    let reply: Reply =
        switch task!.pointee.type {
        case REDIS_REPLY_STATUS: .status(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_ERROR: .error(String(decoding: bytes, as: UTF8.self))
        default: .string(Array(bytes))
        }
    return builder(task).add(reply) ? made : nil
}

private func createArray(_ task: UnsafePointer<redisReadTask>?, _ count: Int32) -> UnsafeMutableRawPointer? {
    builder(task).begin(count: Int(count)) ? made : nil
}

private func createInteger(_ task: UnsafePointer<redisReadTask>?, _ value: Int64) -> UnsafeMutableRawPointer? {
    builder(task).add(.integer(value)) ? made : nil
}

private func createNil(_ task: UnsafePointer<redisReadTask>?) -> UnsafeMutableRawPointer? {
    builder(task).add(.null) ? made : nil
}

private func freeObject(_ object: UnsafeMutableRawPointer?) {}
