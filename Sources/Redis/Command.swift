extension [UInt8] {
    /// Appends a command as Redis takes it: an array of strings, whose bytes need no quoting.
    mutating func append(command arguments: [String]) {
        append(contentsOf: "*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            append(contentsOf: "$\(argument.utf8.count)\r\n".utf8)
            append(contentsOf: argument.utf8)
            append(contentsOf: "\r\n".utf8)
        }
    }
}

/// What errors call a command: its name, with the subcommand where that is half of the name. Never an argument.
func commandName(_ arguments: [String]) -> String {
    let name = arguments[0].uppercased()
    guard ["SENTINEL", "CONFIG", "CLIENT", "ACL"].contains(name), arguments.count > 1 else { return name }
    return "\(name) \(arguments[1].uppercased())"
}

/// Whether a command's arguments hold a secret, so that what is answered to it may repeat one.
func bearsSecret(_ arguments: [String]) -> Bool {
    let words = arguments.map { $0.uppercased() }
    return switch words.first {
    case "AUTH", "HELLO", "MIGRATE": true
    case "ACL": words.dropFirst().first == "SETUSER"
    case "CONFIG", "SENTINEL": words.dropFirst(2).contains { secretParameters.contains($0) }
    default: false
    }
}

/// Parameters of `CONFIG SET`, `SENTINEL SET` and `SENTINEL CONFIG SET` whose value is a secret.
private let secretParameters: Set<String> = [
    "REQUIREPASS", "MASTERAUTH", "TLS-KEY-FILE-PASS", "TLS-CLIENT-KEY-FILE-PASS", "AUTH-PASS", "SENTINEL-PASS",
]

/// What a redis-server's commands are called, where its settings give some of them other names (`rename-command`).
public struct CommandNames: Equatable, Sendable {
    /// Those that Interrex itself sends to redis-servers. What else is renamed is for Sentinel to know; a sentinel's
    /// own commands have the names that they always have.
    private static let sent: Set<String> = ["CLIENT", "CONFIG", "INFO", "REPLICAOF", "ROLE"]

    /// By the name that they have by default, in capitals.
    private let names: [String: String]

    public init(_ names: [String: String] = [:]) {
        self.names = Dictionary(names.map { ($0.key.uppercased(), $0.value) }) { $1 }
    }

    /// What `command` is called; an empty name is that of a command which is switched off.
    public subscript(_ command: String) -> String? { names[command.uppercased()] }

    /// All of them, sorted by the name that they have by default.
    public var all: [(command: String, name: String)] {
        names.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The same without those that are switched off.
    public var renamed: [(command: String, name: String)] { all.filter { !$0.name.isEmpty } }

    /// Servers take a name in any case.
    public static func == (one: CommandNames, other: CommandNames) -> Bool {
        one.names.mapValues { $0.lowercased() } == other.names.mapValues { $0.lowercased() }
    }

    /// As `COMMAND=NAME,COMMAND=NAME`; nil where none is renamed.
    public var text: String? {
        names.isEmpty ? nil : all.map { "\($0.command)=\($0.name)" }.joined(separator: ",")
    }

    /// Reads what `text` wrote; what is no pair is left out.
    public init(text: String?) {
        let pairs = (text ?? "").split(separator: ",").map {
            $0.split(separator: "=", omittingEmptySubsequences: false)
        }
        self.init(Dictionary(pairs.filter { $0.count == 2 }.map { (String($0[0]), String($0[1])) }) { $1 })
    }

    /// The command as this server takes it.
    func renamed(_ arguments: [String]) -> [String] {
        guard !names.isEmpty, let command = arguments.first?.uppercased(), Self.sent.contains(command),
            let name = names[command]
        else { return arguments }
        return [name] + arguments.dropFirst()
    }
}
