public import Redis

/// A command that somebody sends to every redis-server of a cluster with the credentials of all (`REDIS_USERNAME`,
/// `REDIS_PASSWORD`), and without which something does not work.
public struct NeededCommand: Equatable, Sendable {
    /// Who sends it.
    public enum Sender: String, Sendable {
        case interrex = "Interrex"
        case sentinel = "Sentinel"
        case replicas = "the replicas"
    }

    /// The command as Redis names it, with its subcommand: `CONFIG GET`.
    public let name: String
    /// What an ACL must say for it.
    public let rule: String
    public let sender: Sender
    /// What it is for.
    public let purpose: String
    /// Whether a failover may fail without it, or a server never be of use.
    public let isEssential: Bool
    /// What is sent to a server of no other use, to see whether it may be: any answer is fine that is no refusal.
    public let probe: [String]

    private init(
        _ name: String, _ arguments: [String] = [], by sender: Sender, for purpose: String, rule: String? = nil,
        essential: Bool = true
    ) {
        self.name = name
        self.rule = rule ?? "+\(name.lowercased().split(separator: " ").joined(separator: "|"))"
        self.sender = sender
        self.purpose = purpose
        isEssential = essential
        probe = name.split(separator: " ").map(String.init) + arguments
    }

    /// The command without its subcommand: what `rename-command` knows.
    public var command: String { probe[0] }

    /// What replicas send to their master: they know it by no other name, whatever anybody is told.
    public static let unrenamable: Set<String> = ["AUTH", "PING", "PSYNC", "REPLCONF"]

    private static let channel = "__sentinel__:hello"

    /// Every command, in an order in which a server that replicates from nobody of use answers each: `PSYNC` before it
    /// becomes a master, `SUBSCRIBE`, behind which it answers no other, at the end.
    public static let all: [NeededCommand] = [
        NeededCommand("PING", by: .sentinel, for: "to see that a server lives"),
        NeededCommand("PSYNC", ["?", "-1"], by: .replicas, for: "to replicate from a master"),
        NeededCommand("REPLCONF", ["listening-port", "1"], by: .replicas, for: "to replicate from a master"),
        NeededCommand(
            "INFO", ["replication"], by: .interrex, for: "to know the role, the data and the link of a server"),
        NeededCommand(
            "CONFIG GET", ["proc-title-template"], by: .interrex, for: "to tell the cluster's servers from others"),
        NeededCommand(
            "CONFIG SET", ["replica-priority", "100"], by: .interrex,
            for: "to let a replica be promoted once it has its data"),
        NeededCommand("CONFIG REWRITE", by: .sentinel, for: "to make a server a master or a replica"),
        NeededCommand("ROLE", by: .interrex, for: "to know how far a replica's link is", essential: false),
        NeededCommand("CLIENT KILL", ["TYPE", "pubsub"], by: .sentinel, for: "to make a server a master or a replica"),
        NeededCommand(
            "CLIENT PAUSE", ["1", "WRITE"], by: .interrex, for: "to switch over without losing a write",
            essential: false),
        NeededCommand(
            "CLIENT UNPAUSE", by: .interrex, for: "to switch over without losing a write", essential: false),
        NeededCommand(
            "CLIENT SETNAME", ["interrex"], by: .sentinel, for: "to be known in CLIENT LIST", essential: false),
        NeededCommand("SCRIPT KILL", by: .sentinel, for: "to end a script that keeps a server busy", essential: false),
        NeededCommand(
            "REPLICAOF", ["NO", "ONE"], by: .interrex, for: "to make a server a master or a replica"),
        NeededCommand("SLAVEOF", ["NO", "ONE"], by: .sentinel, for: "to make a server a master or a replica"),
        NeededCommand("MULTI", by: .sentinel, for: "to make a server a master or a replica"),
        NeededCommand("EXEC", by: .sentinel, for: "to make a server a master or a replica"),
        NeededCommand(
            "PUBLISH", [channel, "interrex"], by: .sentinel, for: "to let sentinels find each other",
            rule: "+publish &\(channel)"),
        NeededCommand(
            "SUBSCRIBE", [channel], by: .sentinel, for: "to let sentinels find each other",
            rule: "+subscribe &\(channel)"),
    ]
}

extension CommandNames {
    /// How a server whose commands have these names takes the probe of `command`.
    public func probe(of command: NeededCommand) -> [String] {
        [self[command.command] ?? command.command] + command.probe.dropFirst()
    }
}
