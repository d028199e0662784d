import Cluster
import Glibc
package import Succession
package import Support
package import ZooKeeper

/// What ZooKeeper, the sentinels and the servers say.
extension WatchedCluster {
    /// Those members that have not ended.
    package var running: [Launched] { members.filter { $0.process.exitCode == nil } }

    /// A node below the cluster's root; nil where it doesn't exist.
    package func node(_ name: String) async throws -> Node? { try await cluster.node("\(cluster.root)/\(name)") }

    /// What watchers have written, the newest last: without the claim with which the cluster began.
    package func history() async throws -> [HistoryEntry] {
        try await Registry(cluster.session, root: cluster.root).history().filter { $0.cause != HistoryEntry.claim }
    }

    /// The data of `/redis/cluster`; nil where there is none.
    package func record() async throws -> ClusterRecord? {
        try await Registry(cluster.session, root: cluster.root).watcherView().cluster
    }

    /// Which watchers there are, the leader first.
    package func candidacies() async throws -> [(path: String, address: String)] {
        let parent = "\(cluster.root)/watchers"
        var found: [(path: String, address: String)] = []
        for name in try await cluster.children(parent) {
            if let text = try await cluster.text("\(parent)/\(name)") { found.append(("\(parent)/\(name)", text)) }
        }
        return found
    }

    /// What watchers write: the versions of the record and the history, and `/redis/cluster` without what the master's
    /// lease keeps in it. Unequal after any write but one of the same.
    package func versions() async throws -> [String: String] {
        var versions: [String: String] = [:]
        for name in ["master", "history"] {
            versions[name] = try await node(name).map { "\($0.stat.version)" }
        }
        if var record = try await record() {
            (record.holdings, record.holders) = (nil, [])
            versions["cluster"] = record.json
        }
        return versions
    }

    /// Which of the running members are masters, whom each sentinel names, and what is recorded, in one line.
    package func situation() async -> String {
        var parts: [String] = []
        for member in running {
            let info = await member.info("replication")
            let fields = ["slave_priority", "master_link_down_since_seconds", "slave_repl_offset"]
            let details = fields.compactMap { name in info[name].map { "\(name) \($0)" } }
            parts.append("\(member.port) \(([info["role"] ?? "silent"] + details).joined(separator: " "))")
        }
        for sentinel in sentinels where sentinel.process.exitCode == nil {
            parts.append("sentinel \(sentinel.port) names \(await sentinel.named ?? "nobody")")
        }
        parts += watchers.compactMap { watcher in
            watcher.process.exitCode.map { "watcher \(watcher.port) ended with \($0)" }
        }
        parts.append("recorded \((try? await cluster.recordedMaster()) ?? "nobody")")
        if let record = try? await cluster.text("\(cluster.root)/cluster") { parts.append(record) }
        return parts.joined(separator: ", ")
    }

    /// The one running member that answers master where ZooKeeper, every running sentinel and `ROLE` agree on it; else
    /// nil.
    package func agreedMaster() async throws -> Launched? {
        var masters: [Launched] = []
        for member in running where await member.role == "master" { masters.append(member) }
        guard masters.count == 1, try await cluster.recordedMaster() == masters[0].address else { return nil }
        for sentinel in sentinels where sentinel.process.exitCode == nil {
            guard await sentinel.named == masters[0].address else { return nil }
        }
        return masters[0]
    }
}

extension Launched {
    /// As the history has it.
    package var colonAddress: String { "\(ip):\(port)" }

    /// How often `text` is in what it said.
    package func count(of text: String) -> Int { process.text.split(separator: "\n").count { $0.contains(text) } }

    /// How many clients of this server never said anything. Only watchers have such: it is how they notice its end.
    package var silentClients: Int {
        get async {
            let list = try? await ask("CLIENT", "LIST")
            return list?.split(separator: "\n").count { $0.contains(" cmd=NULL ") } ?? 0
        }
    }

    /// How many replicas this sentinel knows that it could promote.
    package var promotableReplicas: Int {
        get async {
            guard let text = try? await ask("SENTINEL", "REPLICAS", "mymaster") else { return 0 }
            let words = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            func values(_ name: String) -> [String] {
                stride(from: 0, to: words.count - 1, by: 2).filter { words[$0] == name }.map { words[$0 + 1] }
            }
            let fields = [values("flags"), values("slave-priority"), values("master-link-status")]
            guard fields.allSatisfy({ $0.count == fields[0].count }) else { return 0 }
            return fields[0].indices.count { index in
                fields[0][index] == "slave" && fields[1][index] == "100" && fields[2][index] == "ok"
            }
        }
    }
}

extension [Launched] {
    /// Whom each of these sentinels names.
    package var names: [String?] {
        get async {
            var names: [String?] = []
            for sentinel in self { names.append(await sentinel.named) }
            return names
        }
    }

    /// What each of these sentinels holds its master for: `master`, and more where it is down or being replaced.
    package var flags: [String?] {
        get async {
            var flags: [String?] = []
            for sentinel in self { flags.append(await sentinel.monitored["flags"]) }
            return flags
        }
    }
}

extension [HistoryEntry] {
    /// Whether each entry begins where the one before ended, the first one with `first`.
    package func isUnbroken(from first: Launched) -> Bool {
        map(\.old) == ([first.colonAddress] + map(\.new)).dropLast()
    }
}
