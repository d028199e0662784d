import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// What this process knows and nobody shall read.
extension RedisSettings {
    /// Has the secrets taken out of all that this process says from here on.
    public func hideSecrets(with registry: RegistrySettings) {
        // The part behind the colon alone is the secret.
        let digest = registry.digest?.text.split(separator: ":", maxSplits: 1).last.map(String.init)
        Secrets.add(
            [credentials?.password.text, sentinelCredentials?.password.text, digest].compactMap(\.self),
            saidOpenly: [masterName, registry.root, registry.digest?.user, credentials?.username].compactMap(\.self))
    }
}

/// Doors that nobody has closed, said once at start.
extension RegistrySettings {
    /// Whoever may write to ZooKeeper can register a server of its own, and is told the passwords.
    public func warnIfOpen(_ redis: RedisSettings) {
        guard digest == nil, redis.credentials != nil || redis.sentinelCredentials != nil else { return }
        Log.warn(
            "there are passwords for Redis, but ZK_AUTH is not set: whoever can write to ZooKeeper can register a server of "
                + "its own, is told them, and owns the data; see SECURITY.md")
    }
}
