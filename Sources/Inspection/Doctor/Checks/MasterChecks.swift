import Succession
import Vocabulary

/// Who is master, and who would be the next.
extension Checks {
    static let master: [any Check] = [
        recordedMaster, agreement, linkedReplicas, successors, priorities, strangers, commands,
    ]

    private static let recordedMaster = ClusterCheck(
        "master", "whether the recorded master answers as one", alerts: ["no-master", "behind", "no-record"])

    private static let agreement = ClusterCheck(
        "agreement", "whether the sentinels name the recorded master", alerts: ["disagreement"])

    private static let linkedReplicas = ClusterCheck(
        "replicas", "whether each replica is there, and linked to the master",
        alerts: ["missing-replicas", "replica-not-linked"])

    private static let successors = ClusterCheck(
        "successors", "whether a replica could take the master's place", alerts: ["nobody-promotable"])

    private static let priorities = ClusterCheck(
        "replica-priority", "whether a replica may be promoted"
    ) { evidence in
        guard let snapshot = evidence.snapshot, let master = evidence.master else { return [] }
        let replicas = snapshot.liveMembers.filter { $0 != master && snapshot.replication(of: $0) != nil }
        guard !replicas.isEmpty, replicas.allSatisfy(snapshot.isNeverMaster) else { return [] }
        return [
            CheckResult(
                .fail, evidence.root,
                "every replica has replica-priority 0 by its settings, so nobody may take the place of \(master); give "
                    + "one of them another", fix: ["\(replicas[0].cli) CONFIG SET replica-priority 100"]
            ).telling("nobody-promotable")
        ]
    }

    private static let strangers = ClusterCheck(
        "strangers", "whether every server is one of this cluster", alerts: ["stranger", "unknown-master"])

    private static let commands = ClusterCheck(
        "commands", "whether servers and sentinels take the commands that a failover and a repair need",
        alerts: ["uncommandable"]
    ) { evidence in
        evidence.servers.flatMap { server -> [CheckResult] in
            var results: [CheckResult] = []
            if let names = server.answers.names { results.append(.fail(server.name, names)) }
            let forbidden = server.answers.forbidden
            if !forbidden.isEmpty {
                results.append(
                    .fail(
                        server.name,
                        "our user may not run \(forbidden.joined(separator: ", ")) there, without which a failover or "
                            + "a repair fails; give it the rights (deploying.md)",
                        fix: "\(server.cli) ACL SETUSER USER \(forbidden.map(rule).joined(separator: " "))"))
            }
            return results
        }
    }

    /// `CONFIG SET` as an ACL names it, `+config|set`, for a shell.
    private static func rule(_ command: String) -> String {
        ("+" + command.lowercased().split(separator: " ").joined(separator: "|")).quotedForShell
    }
}
