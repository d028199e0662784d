/// What a client asked of ZooKeeper, read from the bytes that it sent: one session's connection.
///
/// Each request is a length and then, but for the first of a connection, a number of the client's and a type
/// (`RequestHeader`); the first is a `ConnectRequest`, whose session id is 0 for a new session.
public struct ZooKeeperTraffic: Sendable, Equatable {
    public enum Request: Int32, Sendable {
        case create = 1
        case delete = 2
        case exists = 3
        case get = 4
        case set = 5
        case children = 8
        case sync = 9
        case childrenWithStat = 12
        case multi = 14
        case authenticate = 100
        case setWatches = 101
        case closeSession = -11
        case other = -1_000
    }

    /// Whether it began a session, or went on with one.
    public var isNew: Bool
    /// What was asked after that, in order; pings are left out.
    public var requests: [Request]

    public init(isNew: Bool, requests: [Request]) {
        self.isNew = isNew
        self.requests = requests
    }

    /// - Parameter bytes: all that a client has sent on one connection so far.
    public init(_ bytes: [UInt8]) {
        (isNew, requests) = (false, [])
        var rest = bytes[...]
        var isFirst = true
        while rest.count >= 4 {
            let length = Int(Self.integer(rest.prefix(4)))
            guard rest.count >= 4 + length else { break }
            let frame = rest.dropFirst(4).prefix(length)
            rest = rest.dropFirst(4 + length)
            guard !isFirst else {
                // protocolVersion 4 bytes, lastZxidSeen 8, timeOut 4, then sessionId 8
                isNew = frame.dropFirst(16).prefix(8).allSatisfy { $0 == 0 }
                isFirst = false
                continue
            }
            let type = Int32(bitPattern: Self.integer(frame.dropFirst(4).prefix(4)))
            if type != Self.ping { requests.append(Request(rawValue: type) ?? .other) }
        }
    }

    private static let ping: Int32 = 11

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}
