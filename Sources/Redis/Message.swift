/// One message of a subscription.
public struct Message: Equatable, Sendable {
    public var channel: String
    /// The pattern that matched; nil for a channel subscribed to by its name.
    public var pattern: String?
    public var payload: [UInt8]

    public init(channel: String, pattern: String? = nil, payload: [UInt8]) {
        self.channel = channel
        self.pattern = pattern
        self.payload = payload
    }

    /// The payload as text; bytes that are not UTF-8 are replaced.
    public var text: String { String(decoding: payload, as: UTF8.self) }

    /// nil for any reply that is not `message` or `pmessage` (confirmations, the `pong` of a subscribed connection).
    init?(_ reply: Reply) {
        guard let list = reply.list, let kind = list.first?.text, case .string(let payload)? = list.last
        else { return nil }
        switch (kind, list.count) {
        case ("message", 3): self.init(channel: list[1].text ?? "", payload: payload)
        case ("pmessage", 4): self.init(channel: list[2].text ?? "", pattern: list[1].text, payload: payload)
        default: return nil
        }
    }
}
