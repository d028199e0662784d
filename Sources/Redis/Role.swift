/// What `ROLE` says (https://redis.io/docs/latest/commands/role).
public enum Role: Equatable, Sendable {
    case master(offset: Int64, replicas: [Endpoint])
    /// `link` is `connect`, `connecting`, `sync`, `connected`, `handshake` or `none`; the offset is -1 before the first
    /// synchronisation.
    case replica(of: Endpoint, link: String, offset: Int64)
    case sentinel(masters: [String])

    /// nil for any reply that is no answer to `ROLE`.
    init?(_ reply: Reply) {
        guard let list = reply.list else { return nil }
        switch (list.first?.text, list.count) {
        case ("master", 3):
            guard let offset = list[1].number, let replicas = list[2].list else { return nil }
            self = .master(offset: offset, replicas: replicas.compactMap { Endpoint($0.list?[...]) })
        case ("slave", 5):
            guard let master = Endpoint(list[1...2]), let link = list[3].text, let offset = list[4].number
            else { return nil }
            self = .replica(of: master, link: link, offset: offset)
        case ("sentinel", 2):
            guard let names = list[1].list else { return nil }
            self = .sentinel(masters: names.compactMap(\.text))
        default: return nil
        }
    }
}

extension Endpoint {
    /// A host and a port at the head of a reply; nil where the host is empty (Sentinel's word for a name that it could not
    /// resolve) or the port is none.
    init?(_ pair: ArraySlice<Reply>?) {
        guard let pair, pair.count >= 2, let host = pair.first?.text, let port = pair.dropFirst().first?.number
        else { return nil }
        self.init(host: host, number: port)
    }

    /// The same from two fields of a flat array.
    init?(_ fields: Fields, _ host: String, _ port: String) {
        guard let host = fields[host], let port = fields[port].flatMap({ Int64($0) }) else { return nil }
        self.init(host: host, number: port)
    }

    private init?(host: String, number: Int64) {
        guard !host.isEmpty, (1...65_535).contains(number) else { return nil }
        self.init(host: host, port: Int(number))
    }
}
