public import Redis

/// The name that Sentinel monitors, and the secrets of the servers.
public struct RedisSettings: Sendable {
    public var masterName: String
    public var credentials: Credentials?
    public var sentinelCredentials: Credentials?

    public init(masterName: String, credentials: Credentials?, sentinelCredentials: Credentials?) {
        self.masterName = masterName
        self.credentials = credentials
        self.sentinelCredentials = sentinelCredentials
    }

    /// Reads `MASTER_NAME`, `REDIS_PASSWORD`, `REDIS_USERNAME` and `SENTINEL_PASSWORD`.
    /// - Throws: `Failure` (78) that names the variable.
    public init(_ environment: Environment) throws(Failure) {
        masterName = try environment.text("MASTER_NAME", default: "mymaster")
        // Sentinel's own rule (sentinel.c, sentinelIsQuorumReachable's neighbours refuse other names): the name stands
        // unquoted in its rewritten file.
        guard masterName.utf8.count <= 128,
            masterName.utf8.allSatisfy({
                (48...57).contains($0) || (97...122).contains($0 | 0x20) || [45, 46, 95].contains($0)
            })
        else {
            throw environment.bad(
                "MASTER_NAME",
                "is \"\(masterName.prefix(40))\"; Sentinel allows letters, digits, '.', '_' and '-', here at most 128")
        }
        let username = try environment.text("REDIS_USERNAME")
        let password = try environment.secret("REDIS_PASSWORD")
        if let username {
            guard password != nil else {
                throw environment.bad("REDIS_USERNAME", "is set without REDIS_PASSWORD; set both or neither")
            }
            guard !username.contains(where: \.isWhitespace) else {
                throw environment.bad("REDIS_USERNAME", "holds white space, which no Redis user name can")
            }
        }
        credentials = password.map { Credentials(username: username, password: $0) }
        sentinelCredentials = try environment.secret("SENTINEL_PASSWORD").map {
            Credentials(username: nil, password: $0)
        }
        Secrets.add(
            [password, sentinelCredentials?.password].compactMap(\.self),
            saidOpenly: [masterName, username].compactMap(\.self) + [try environment.text("ZK_ROOT", default: "/redis")]
        )
    }
}
