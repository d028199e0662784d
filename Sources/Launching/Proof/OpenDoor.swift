import Cluster
import Redis

/// Something that the default user, or one whom any password lets in, may do, though there is a password. What the
/// settings say of the default user is judged already (ACLUser): this is what the server makes of it, with all that its
/// program adds.
struct OpenDoor: Equatable {
    /// Nil: the default user's, for whom nobody has to log in.
    var user: String?
    /// As Redis names the command.
    let name: String
    private let arguments: [String]
    /// Whether it shows data, and changes nothing.
    let isReading: Bool

    private init(_ words: String..., isReading: Bool = false) {
        (name, arguments, self.isReading) = (words[0], Array(words.dropFirst()), isReading)
    }

    /// What takes the data or the server over, one of each kind; and what reads. Asked so that whoever may changes
    /// nothing by it.
    static let all = [
        OpenDoor("SET", "interrex", "x"), OpenDoor("FLUSHALL", "interrex"), OpenDoor("SHUTDOWN", "interrex"),
        // Passwords are settings.
        OpenDoor("CONFIG", "GET", "requirepass"),
        // As it is.
        OpenDoor("REPLICAOF", "127.0.0.1", "1"),
        // Sentinels believe what they hear there.
        OpenDoor("PUBLISH", "__sentinel__:hello", "interrex"),
        OpenDoor("GET", "interrex", isReading: true),
    ]

    func probe(_ names: CommandNames) -> [String] { [names[name] ?? name] + arguments }
}

extension Reply {
    /// Whether a command was let in, be it only to be refused for its words, or for what the server is at the moment. A
    /// server that knows no such command looks at nobody's rights.
    var isOpenDoor: Bool {
        guard case .error(let line) = self else { return true }
        let later = ["READONLY", "OOM", "NOREPLICAS", "MISCONF", "MASTERDOWN", "LOADING", "ERR syntax error"]
        return later.contains { line.hasPrefix($0) }
    }
}
