import Vocabulary

/// What becomes of each line of the user's settings: one table for redis-server and redis-sentinel, wherever a line
/// stands.
///
/// Who a server is, where others reach it, whom it follows and how one logs in to it is what Interrex tells everybody
/// else, so the server must not hear anything else. Lines that only belong to another place, as in a stock file, are
/// left out; those that ask for something that can't be are refused; all else is obeyed.
struct Judge {
    enum Verdict: Equatable {
        case obeyed
        /// Interrex decides it, and says something else.
        case leftOut
        case refused(SettingsProblem)
    }

    enum Server {
        case redis
        case sentinel(password: String?)
    }

    let server: Server
    let bind: Address
    /// The address that others use.
    let announced: Address
    /// The mark, as it stands in `proc-title-template`.
    let title: String
    let masterName: String
    /// Of the redis-servers.
    let credentials: Credentials?

    /// - Parameter words: the directive's name in lower case, then its arguments.
    func verdict(on words: [String]) -> Verdict {
        let (name, values) = (words[0], Array(words.dropFirst()))
        if let verdict = anywhere(name, values) { return verdict }
        switch server {
        case .redis: return ofRedis(name, values)
        case .sentinel(let password): return ofSentinel(name, values, password)
        }
    }

    /// The words of a line that may be shown: its value, unless that is a secret.
    static func shown(_ words: [String]) -> String {
        let isSecret = ["requirepass", "masterauth", "primaryauth"].contains(words[0])
        if isSecret { return words[0] }
        // Of Sentinel's, the option and the master's name tell which one is meant.
        let whole = words.prefix(words[0] == "sentinel" ? 3 : words.count)
        if words[0] == "sentinel", words.count > 1, words[1].lowercased() == "sentinel-pass" {
            return "sentinel sentinel-pass"
        }
        let text = whole.joined(separator: " ")
        return text.utf8.count <= 100 ? text : words[0]
    }

    private func anywhere(_ name: String, _ values: [String]) -> Verdict? {
        let lowercased = values.map { $0.lowercased() }
        switch name {
        case "bind": return decided(values, bind.host.description)
        case "port":
            return values == ["0"] ? .refused(.plaintextOnly(directive: "port 0")) : decided(values, String(bind.port))
        case "tls-port":
            return values == ["0"] ? .obeyed : .refused(.plaintextOnly(directive: name))
        case "tls-replication", "tls-cluster":
            return lowercased == ["no"] ? .obeyed : .refused(.plaintextOnly(directive: name))
        // In the background, its end would be taken for that of the launch; and `upstart` makes it stop itself.
        case "daemonize": return decided(lowercased, "no")
        case "supervised": return lowercased == ["upstart"] ? .leftOut : .obeyed
        // Without a password it would answer DENIED to every other host.
        case "protected-mode":
            if case .redis = server, credentials != nil { return .obeyed }
            return decided(lowercased, "no")
        // The mark.
        case "proc-title-template": return decided(values, title)
        case "cluster-enabled": return lowercased == ["no"] ? .obeyed : .refused(.decidedByInterrex(directive: name))
        case "replicaof", "slaveof":
            // Several values may be quoted as one.
            let words = lowercased.count == 1 ? RedisQuoting.split(lowercased[0]) ?? [] : lowercased
            return words == ["no", "one"] ? .obeyed : .refused(.decidedByInterrex(directive: name))
        case "requirepass":
            return secret(name, values, own.password, variable: own.variable)
        default: return nil
        }
    }

    private func ofRedis(_ name: String, _ values: [String]) -> Verdict {
        switch name {
        case "replica-announce-ip", "slave-announce-ip": return decided(values, announced.host.description)
        case "replica-announce-port", "slave-announce-port": return decided(values, String(announced.port))
        case "masterauth", "primaryauth":
            return secret(name, values, credentials?.password.text, variable: "REDIS_PASSWORD")
        case "masteruser", "primaryuser": return user(name, values)
        // A backlog that is freed counts no write any more.
        case "repl-backlog-ttl": return decided(values, "0")
        default: return .obeyed
        }
    }

    private func ofSentinel(_ name: String, _ values: [String], _ password: String?) -> Verdict {
        guard name == "sentinel", let option = values.first?.lowercased() else { return .obeyed }
        let (rest, isOurs) = (Array(values.dropFirst()), values.count > 1 && values[1] == masterName)
        switch option {
        // Sentinel writes these itself. An old epoch would override every other sentinel, an old identity another's.
        case "myid", "current-epoch": return .leftOut
        case "monitor", "known-replica", "known-slave", "known-sentinel", "config-epoch", "leader-epoch":
            return isOurs ? .leftOut : .obeyed
        case "announce-ip": return decided(rest, announced.host.description)
        case "announce-port": return decided(rest, String(announced.port))
        case "auth-pass" where isOurs:
            return secret(
                "sentinel auth-pass", Array(rest.dropFirst()), credentials?.password.text, variable: "REDIS_PASSWORD")
        case "auth-user" where isOurs: return user("sentinel auth-user", Array(rest.dropFirst()))
        case "sentinel-pass":
            return secret("sentinel sentinel-pass", rest, password, variable: "SENTINEL_PASSWORD")
        case "sentinel-user": return rest == [""] ? .obeyed : .refused(.sentinelUser)
        default: return .obeyed
        }
    }

    /// The password of this very server, and the variable that sets it.
    var own: (password: String?, variable: String) {
        switch server {
        case .redis: (credentials?.password.text, "REDIS_PASSWORD")
        case .sentinel(let password): (password, "SENTINEL_PASSWORD")
        }
    }

    private func decided(_ values: [String], _ value: String) -> Verdict { values == [value] ? .obeyed : .leftOut }

    /// A password that Interrex does not know keeps it out; where it knows one, that one is set.
    private func secret(_ directive: String, _ values: [String], _ known: String?, variable: String) -> Verdict {
        if values == [""] { return .obeyed }
        guard let known else { return .refused(.secretUnknownToInterrex(directive: directive, variable: variable)) }
        return values == [known] ? .obeyed : .leftOut
    }

    private func user(_ directive: String, _ values: [String]) -> Verdict {
        if values == [""] || values == [credentials?.username ?? "default"] { return .obeyed }
        guard credentials?.username != nil else {
            return .refused(.secretUnknownToInterrex(directive: directive, variable: "REDIS_USERNAME"))
        }
        return .leftOut
    }
}
