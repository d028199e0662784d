import Redis
public import Succession

extension Prober {
    /// What a server says of its link to its master, and its version; nil where it doesn't answer.
    public func link(of address: Address) async -> ReplicaLink? {
        try? await asking(address, settings.credentials) { connection in
            let info = try await connection.info(["server"], within: limit)
            var link = ReplicaLink(version: info["redis_version"].flatMap { RedisVersion($0) })
            // A user who may not ask it is common enough.
            if case .replica(_, let state, _)? = try? await connection.role(within: limit) {
                link.state = ReplicaLink.State(rawValue: state)
            }
            return link
        }
    }
}
