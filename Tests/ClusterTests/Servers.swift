import Cluster
import Glibc
import Runtime
import Succession
import Support
import Vocabulary

/// A prober on a loop of its own that ends with `body`. Whoever has a password may tell it to the ports of `servers`
/// and `sentinels`.
func withProber<Value>(
    password: String? = nil, user: String? = nil, sentinelPassword: String? = nil, name: String = "mymaster",
    limit: Duration = .seconds(5), servers: [Int] = [], sentinels: [Int] = [], _ body: (Prober) async throws -> Value
) async throws -> Value {
    let loop = EventLoop()
    defer { loop.close() }
    let settings = RedisSettings(
        masterName: name, credentials: password.map { Credentials(username: user, password: Secret($0)) },
        sentinelCredentials: sentinelPassword.map { Credentials(password: Secret($0)) })
    let confidants = Confidants()
    confidants.learn(servers: servers.map { Address($0) }, sentinels: sentinels.map { Address($0) }, below: "")
    return try await body(Prober(settings, on: loop, limit: limit, confidants: confidants))
}

extension Answer {
    var history: History? {
        switch self {
        case .master(let history): history
        case .replica(let replication): replication.history
        default: nil
        }
    }

    var replication: Replication? {
        guard case .replica(let replication) = self else { return nil }
        return replication
    }
}
