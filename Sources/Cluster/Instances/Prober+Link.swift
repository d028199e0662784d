import Redis
public import Succession
public import Vocabulary

extension Prober {
    /// What a server says of its link to its master, its version, and whom it copies its data to; nil where it doesn't
    /// answer.
    public func link(of address: Address) async -> ReplicaLink? {
        try? await asking(address, settings.credentials) { connection in
            let info = try await connection.info(["server", "replication"], within: limit)
            var link = ReplicaLink(
                version: info["redis_version"].flatMap { RedisVersion($0) },
                copies: Set(info.numbered("slave").compactMap(\.replicaToBe)))
            // A user who may not ask it is common enough.
            if case .replica(_, let state, _)? = try? await connection.role(within: limit) {
                link.state = ReplicaLink.State(rawValue: state)
            }
            return link
        }
    }
}

extension String {
    /// Who is meant by a line of a master's `INFO replication`,
    /// `ip=10.0.0.2,port=6379,state=wait_bgsave,offset=0,lag=0`, where it is not linked yet.
    var replicaToBe: Address? {
        let fields = Dictionary(
            split(separator: ",").map { field in
                let parts = field.split(separator: "=", maxSplits: 1)
                return (parts[0], parts.count > 1 ? parts[1] : "")
            }, uniquingKeysWith: { first, _ in first })
        guard let state = fields["state"], state != "online", let host = fields["ip"],
            let port = fields["port"].flatMap({ Int($0) })
        else { return nil }
        return Address(host: host, port: port)
    }
}
