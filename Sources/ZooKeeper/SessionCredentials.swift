/// What proves to a server that a client owns a session. Whoever has it can take the session over: never log it.
public struct SessionCredentials: Equatable, Sendable {
    /// The session's number; also the `ephemeralOwner` of its ephemeral nodes.
    public var id: Int64
    /// 16 bytes.
    public var password: [UInt8]

    public init(id: Int64, password: [UInt8]) {
        self.id = id
        self.password = password
    }
}

extension SessionCredentials: CustomStringConvertible, CustomReflectable {
    public var description: String { "session 0x\(String(UInt64(bitPattern: id), radix: 16))" }
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
