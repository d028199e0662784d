/// One reply of the Redis protocol, version 2 (https://redis.io/docs/latest/develop/reference/protocol-spec).
public enum Reply: Equatable, Sendable {
    case string([UInt8])
    case status(String)
    /// The line after the `-`. A command throws its own; inside an array (of `EXEC`, say) it stays a value.
    case error(String)
    case integer(Int64)
    case array([Reply])
    case null

    /// A string or a status as text (bytes that are not UTF-8 are replaced); nil for every other kind.
    public var text: String? {
        switch self {
        case .string(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let line): line
        default: nil
        }
    }

    /// The elements of an array; nil for every other kind.
    public var list: [Reply]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// An integer, or text that is one (many replies give numbers as strings).
    public var number: Int64? {
        if case .integer(let value) = self { value } else { text.flatMap { Int64($0) } }
    }

    /// A flat array of names and values, as `CONFIG GET` and `SENTINEL MASTER` give it; nil for anything else.
    public var fields: Fields? { Fields(self) }
}
