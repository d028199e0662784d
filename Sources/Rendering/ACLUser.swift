import Vocabulary

/// A user of Redis or Sentinel as far as its door goes: whether it is on, and which passwords open it (acl.c,
/// `ACLSetUser`, of Redis 7.0). What it may then do is not judged here.
struct ACLUser: Equatable {
    private(set) var isOn = false
    /// `nopass`: any password opens it, and a connection that gives none has it already where it is the user `default`.
    private(set) var needsNoPassword = false
    /// SHA-256 in hexadecimal digits.
    private var hashes: Set<String> = []
    /// Whether it may do more than look: change data or settings, or read passwords in them. What is not known to be
    /// harmless counts as more.
    var mayMuch: Bool { commandsAreMuch || selectorsAreMuch }
    private var commandsAreMuch = false
    private var selectorsAreMuch = false

    /// - Parameter rules: those of a user that has none yet, in order.
    init(rules: [String]) {
        var isInSelector = false
        for rule in rules {
            if rule.first == "(" { isInSelector = true }
            if isInSelector {
                let words = rule.lowercased().filter { !"()".contains($0) }.split(separator: " ")
                if words.contains(where: { Self.grantsMuch(String($0)) }) { selectorsAreMuch = true }
                isInSelector = rule.last != ")"
            } else {
                apply(rule)
            }
        }
    }

    func accepts(_ password: String) -> Bool { needsNoPassword || hashes.contains(sha256(password)) }

    private mutating func apply(_ rule: String) {
        let text = String(rule.dropFirst())
        switch rule.first {
        case ">": add(sha256(text))
        case "#": add(text)
        case "<": hashes.remove(sha256(text))
        case "!": hashes.remove(text)
        default: applyWord(rule.lowercased())
        }
    }

    private mutating func add(_ hash: String) {
        needsNoPassword = false
        hashes.insert(hash)
    }

    private mutating func applyWord(_ word: String) {
        switch word {
        case "on": isOn = true
        case "off": isOn = false
        case "nopass": (needsNoPassword, hashes) = (true, [])
        case "resetpass": (needsNoPassword, hashes) = (false, [])
        case "reset": self = ACLUser(rules: [])
        case "nocommands", "-@all": commandsAreMuch = false
        case "clearselectors": selectorsAreMuch = false
        default: if Self.grantsMuch(word) { commandsAreMuch = true }
        }
    }

    /// Of a rule in lower case. Keys and channels grant nothing by themselves.
    private static func grantsMuch(_ word: String) -> Bool {
        guard word.first == "+" else { return word == "allcommands" }
        let command = word.dropFirst()
        return !harmless.contains(command) && !harmless.contains(command.prefix { $0 != "|" })
    }

    /// What changes nothing and shows no setting: of `ACL CAT connection` all but what ends or holds up other clients,
    /// `ACL CAT read`, and what tells how a server is. (`PUBLISH` is none of these: sentinels hear each other by it.)
    private static let harmless = Set(
        """
        ping echo hello auth quit reset select wait readonly readwrite asking command client|id client|info client|getname \
        client|setname client|setinfo client|help client|list client|reply client|tracking client|trackinginfo client|caching \
        client|getredir info role time lastsave subscribe psubscribe ssubscribe unsubscribe punsubscribe sunsubscribe pubsub \
        slowlog|get slowlog|len slowlog|help latency|latest latency|history latency|histogram latency|doctor latency|graph \
        latency|help memory|usage memory|stats memory|doctor memory|help cluster|info config|help acl|whoami acl|cat \
        @read bitcount bitfield_ro bitpos dbsize dump exists expiretime geodist geohash geopos georadius_ro \
        georadiusbymember_ro geosearch get getbit getrange hexists hget hgetall hkeys hlen hmget hrandfield hscan hstrlen \
        hvals keys lcs lindex llen lolwut lpos lrange mget object pexpiretime pfcount pttl randomkey scan scard sdiff sinter \
        sintercard sismember smembers smismember sort_ro srandmember sscan strlen substr sunion touch ttl type xinfo xlen \
        xpending xrange xread xrevrange zcard zcount zdiff zinter zintercard zlexcount zmscore zrandmember zrange \
        zrangebylex zrangebyscore zrank zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion
        """.split(separator: " "))
}

/// The users that a server would have at its start, by name, each with the line that defines it.
struct ACLUsers {
    struct Entry {
        let user: ACLUser
        let origin: FlatSettings.Origin
    }

    private(set) var entries: [String: Entry] = [:]

    mutating func add(_ name: String, rules: some Sequence<String>, _ origin: FlatSettings.Origin) {
        entries[name] = Entry(user: ACLUser(rules: Array(rules)), origin: origin)
    }

    /// The lines of an ACL file. They know neither quotes nor comments (acl.c, `ACLLoadFromFile`).
    mutating func add(file: SourceText) {
        for (index, line) in file.text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            let words = line.split { RedisQuoting.isSpace($0) }.map { String(Substring($0)) }
            guard words.count > 1, words[0].lowercased() == "user" else { continue }
            add(words[1], rules: words[2...], FlatSettings.Origin(source: .file(file.name), line: index + 1))
        }
    }
}

extension Judge {
    /// Whether the users that the settings define let in whom they must, and nobody else.
    /// - Parameter folder: the server's working directory.
    /// - Returns: the user as whom Interrex logs in, where nothing defines it.
    func check(
        users settings: FlatSettings, folder: String, _ files: IncludedFiles
    ) throws(RenderingError) -> String? {
        var users = ACLUsers()
        for directive in settings.directives where directive.words[0] == "user" && directive.words.count > 1 {
            users.add(directive.words[1], rules: directive.words[2...], directive.origin)
        }
        let file = settings.directives.last { $0.words[0] == "aclfile" }.flatMap { $0.words.count == 2 ? $0 : nil }
        if let file, !file.words[1].isEmpty {
            guard users.entries.isEmpty else { throw file.origin.error(.usersTwice) }
            let path = file.words[1].utf8.first == UInt8(ascii: "/") ? file.words[1] : "\(folder)/\(file.words[1])"
            do throws(SettingsProblem) {
                for text in try files(path) { users.add(file: text) }
            } catch {
                if case .unreadableInclude(let path, let why) = error {
                    throw file.origin.error(.unreadableACLFile(path: path, why: why))
                }
                throw file.origin.error(error)
            }
            // Such a file takes the place of `requirepass`: without a line of its own, the user is on and has no
            // password.
            if own.password != nil, users.entries["default"] == nil {
                throw file.origin.error(.openDoor(variable: own.variable))
            }
        }
        if own.password != nil, let entry = users.entries["default"], entry.user.isOn, entry.user.needsNoPassword,
            entry.user.mayMuch || ownUser == "default"
        {
            throw entry.origin.error(.openDoor(variable: own.variable))
        }
        guard let entry = users.entries[ownUser] else { return ownUser == "default" ? nil : ownUser }
        let (user, variable) = (entry.user, own.variable)
        guard user.isOn else { throw entry.origin.error(.userIsOff(name: ownUser)) }
        guard let password = own.password else {
            if user.needsNoPassword { return nil }
            throw entry.origin.error(.secretUnknownToInterrex(directive: "user default", variable: variable))
        }
        guard user.accepts(password) else {
            throw entry.origin.error(.otherPassword(name: ownUser, variable: variable))
        }
        return nil
    }

    private var ownUser: String {
        if case .redis = server { credentials?.username ?? "default" } else { "default" }
    }
}
