public import Redis
public import Vocabulary

/// The name that Sentinel monitors, and the secrets of the servers.
public struct RedisSettings: Sendable {
    public var masterName: String
    public var credentials: Credentials?
    public var sentinelCredentials: Credentials?
    /// What commands of the redis-servers are called.
    public var commandNames: CommandNames

    /// The name in the sentinel.conf that Redis ships.
    public static let usualMasterName = "mymaster"

    public init(
        masterName: String, credentials: Credentials?, sentinelCredentials: Credentials?,
        commandNames: CommandNames = CommandNames()
    ) {
        self.commandNames = commandNames
        self.masterName = masterName
        self.credentials = credentials
        self.sentinelCredentials = sentinelCredentials
    }

    /// Reads `MASTER_NAME`, `REDIS_PASSWORD`, `REDIS_USERNAME`, `SENTINEL_PASSWORD` and `RENAMED_COMMANDS`.
    /// - Throws: `Failure` (78) that names the variable.
    public init(_ environment: Environment) throws(Failure) {
        masterName = try environment.text("MASTER_NAME", default: Self.usualMasterName)
        // Sentinel's own rule, in the words of the sentinel.conf that Redis ships: the name stands unquoted in the file
        // that Sentinel rewrites.
        guard masterName.utf8.count <= 128,
            masterName.utf8.allSatisfy({
                $0.isLetterOrDigit || [45, 46, 95].contains($0)
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
        let sentinelPassword = try environment.secret("SENTINEL_PASSWORD")
        for (name, value) in [
            ("REDIS_USERNAME", username), ("REDIS_PASSWORD", password), ("SENTINEL_PASSWORD", sentinelPassword),
        ] {
            guard let value else { continue }
            // Redis ends a connection that sends a longer word before it is authenticated (networking.c).
            guard value.utf8.count <= 16_384 else { throw environment.bad(name, "is longer than 16384 bytes") }
            guard !survivesSentinelRewrite(value) else { continue }
            throw environment.bad(
                name,
                "would not survive Sentinel, which rewrites its file without quotes; choose one without spaces, quotes, # and "
                    + "control characters")
        }
        credentials = password.map { password in
            Credentials(username: username, password: environment.renewable(password, "REDIS_PASSWORD"))
        }
        sentinelCredentials = sentinelPassword.map { Credentials(username: nil, password: Secret($0)) }
        commandNames = try environment.renamedCommands()
    }
}

extension Environment {
    /// A secret that was read from the file which `NAME_FILE` names is read there again.
    fileprivate func renewable(_ value: String, _ name: String) -> Secret {
        guard (try? text(name)) == nil else { return Secret(value) }
        return Secret(
            RenewableSecret(value) {
                (try? self.secret(name)).flatMap { $0 }.flatMap { survivesSentinelRewrite($0) ? $0 : nil }
            })
    }
}

/// Whether a value that Sentinel writes into its file without quotes is read back as itself. Every program asks, so
/// that none takes a password with which the sentinels can't start.
public func survivesSentinelRewrite(_ value: String) -> Bool {
    value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"\"'#".utf8.contains($0) }
}
