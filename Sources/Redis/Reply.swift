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

/// Names and values as a server listed them: a flat array, as `CONFIG GET` and `SENTINEL MASTER` give it.
///
/// Looked up one by one instead of being made a dictionary: of some forty fields each, for thousands of servers, a
/// watcher needs a handful.
public struct Fields: Equatable, Sendable {
    private let elements: [Reply]

    /// nil for anything but an array of texts, two by two.
    init?(_ reply: Reply) {
        guard let elements = reply.list, elements.count.isMultiple(of: 2), elements.allSatisfy(\.isText) else {
            return nil
        }
        self.elements = elements
    }

    /// How many names there are.
    public var count: Int { elements.count / 2 }

    /// The value of the first field of that name.
    public subscript(_ name: String) -> String? {
        for index in stride(from: 0, to: elements.count, by: 2) where elements[index].isText(name) {
            return elements[index + 1].text
        }
        return nil
    }
}

extension Reply {
    fileprivate var isText: Bool {
        switch self {
        case .string, .status: true
        default: false
        }
    }

    fileprivate func isText(_ text: String) -> Bool {
        switch self {
        case .string(let bytes): bytes.count == text.utf8.count && bytes.elementsEqual(text.utf8)
        case .status(let line): line == text
        default: false
        }
    }
}
