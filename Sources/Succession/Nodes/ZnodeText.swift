/// What is wrong with the data of a znode. It never quotes the data: a hostile value has no business in a log.
public struct BadZnode: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// The first look at bytes that came from ZooKeeper, which are never trusted (promise 10).
public enum ZnodeText {
    /// The most that any of our nodes but the history holds.
    public static let limit = 512

    /// One line of UTF-8 text.
    /// - Throws: `BadZnode` for an empty, an overlong, a binary or a multi-line value.
    public static func line(_ bytes: [UInt8], limit: Int = limit) throws(BadZnode) -> String {
        guard !bytes.isEmpty else { throw BadZnode("it is empty") }
        guard bytes.count <= limit else {
            throw BadZnode("it holds \(bytes.count) bytes, at most \(limit) are allowed")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw BadZnode("it is not UTF-8 text") }
        let hasControls = text.unicodeScalars.contains { scalar in
            scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0x2028
                || scalar.value == 0x2029
        }
        guard !hasControls else { throw BadZnode("it holds a line end or another control character") }
        return text
    }
}
