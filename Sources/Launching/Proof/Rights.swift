import Cluster
import Redis
import Vocabulary

/// What a server lets its users do: the one as whom all processes of a cluster log in, and those who need no password.
struct Rights: Equatable {
    /// Why nobody gets in; nil where everybody does.
    private(set) var closed: String?
    /// What an ACL forbids.
    private(set) var forbidden: [NeededCommand] = []
    /// What is no command there: renamed, or switched off.
    private(set) var unknown: [NeededCommand] = []
    /// What anybody may do without a password, though there is one.
    private let doors: [OpenDoor]

    /// - Parameter login: what `AUTH` was answered; nil where there is no password.
    init(login: Reply?, doors: [OpenDoor]) {
        self.doors = doors
        if case .error(let line)? = login, line.hasPrefix("WRONGPASS") || line.hasPrefix("ERR invalid password") {
            closed = line
        }
    }

    mutating func note(_ reply: Reply, to command: NeededCommand) {
        guard case .error(let line) = reply else { return }
        if line.hasPrefix("NOAUTH") {
            closed = closed ?? line
        } else if reply.isRefusal {
            forbidden.append(command)
        } else if line.lowercased().hasPrefix("err unknown command") {
            unknown.append(command)
        }
    }
}

extension Reply {
    /// The codes of Redis 6 and later for what a user may not do (acl.c). A refused `EXEC` ends its transaction as well
    /// (server.c, `rejectCommand`).
    var isRefusal: Bool {
        guard case .error(let line) = self else { return false }
        return ["NOPERM", "NOAUTH", "EXECABORT Transaction discarded because of: NOPERM"].contains {
            line.hasPrefix($0)
        }
    }
}

extension Rights {
    /// Why no server may be started that grants no more; nil where it grants what it must.
    func failure(for user: Credentials?) -> Failure? {
        let name = user?.username ?? "default"
        if closed != nil {
            let remedy =
                user == nil
                ? "set REDIS_PASSWORD, and REDIS_USERNAME where it is not the default user's"
                : "let REDIS_USERNAME and REDIS_PASSWORD be those of a user that the settings or their aclfile switch on"
            return Failure(
                .badConfiguration,
                "with these settings nobody of the cluster gets into the server as the user \(name.clipped): \(remedy)")
        }
        let open = doors.filter { !$0.isReading }
        if let first = open.first {
            let names = open.filter { $0.user == first.user }.map(\.name).joined(separator: ", ")
            return Failure(
                .badConfiguration,
                first.user.map { user in
                    "REDIS_PASSWORD is set, but the server lets anybody run \(names) as the user \(user.clipped), whom any "
                        + "password lets in; take nopass away from that user, and give it a password"
                }
                    ?? "REDIS_PASSWORD is set, but the server lets anybody run \(names) without a password: its "
                    + "aclfile, a user line or what REDIS_SERVER adds lets the default user in; write \"user default off\" there, "
                    + "or give that user the password")
        }
        if let lacking = Lack(unknown.filter(\.isEssential)) {
            return Failure(
                .badConfiguration,
                "the server has no \(lacking.names), which \(lacking.senders) must send it: take the rename-command lines "
                    + "away, or name them in RENAMED_COMMANDS")
        }
        if let lacking = Lack(forbidden.filter(\.isEssential)) {
            return Failure(
                .badConfiguration,
                "the user \(name.clipped) may not run \(lacking.names), which \(lacking.senders) must: add \(lacking.rules)"
            )
        }
        return nil
    }

    /// What will not work, though a failover does; and that anybody may read, which few people mean.
    func warnings(for user: Credentials?) -> [String] {
        let lacking = (unknown + forbidden).filter { !$0.isEssential }.map { command in
            "\(command.sender.rawValue) may not run \(command.name) \(command.purpose): "
                + (unknown.contains(command)
                    ? "it is renamed or switched off"
                    : "add \(command.rule) to the user \(user?.username ?? "default")")
        }
        return lacking
            + doors.filter(\.isReading).map { door in
                "anybody reads all data without a password, because the user \((door.user ?? "default").clipped) may; where that "
                    + "is not meant, take ~* or the commands that read away from it"
            }
    }

    /// Commands that are missing, as lists for one line: each command, sender and rule once.
    private struct Lack {
        let names: String
        let senders: String
        let rules: String

        init?(_ commands: [NeededCommand]) {
            if commands.isEmpty { return nil }
            func list(_ words: [String], _ separator: String) -> String {
                var seen: Set<String> = []
                return words.filter { seen.insert($0).inserted }.joined(separator: separator)
            }
            names = list(commands.map(\.name), ", ")
            senders = list(commands.map(\.sender.rawValue), " and ")
            rules = list(commands.map(\.rule), " ")
        }
    }
}
