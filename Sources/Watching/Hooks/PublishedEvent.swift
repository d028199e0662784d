import Cluster
import Succession
import Vocabulary

/// Something that happened in a cluster, as the hooks and the event stream get it.
struct PublishedEvent: Sendable, Equatable {
    /// RFC 3339, UTC, with milliseconds.
    var time: String
    /// One word with hyphens, for example `master-changed`.
    var event: String
    /// The root of the cluster in ZooKeeper.
    var cluster: String
    var old: Address?
    var new: Address?
    /// One line for an operator.
    var text: String

    init(time: String, event: String, cluster: String, old: Address?, new: Address?, text: String) {
        self.time = time
        self.event = event
        self.cluster = cluster
        self.old = old
        self.new = new
        self.text = text
    }

    /// A notice of a plan, at this moment.
    init(_ notice: Notice, cluster: String) {
        self.init(
            time: Timestamp.now, event: notice.event, cluster: cluster, old: notice.old, new: notice.new,
            text: notice.text)
    }

    /// What may happen. What sentinels say is told by their own names for it, behind `sentinel`:
    /// `sentinel+switch-master`.
    static let names = [
        "alert", "alert-over", "announced", "attached", "configured", "failover-forced", "forgotten", "leading",
        "master-changed", "not-leading", "paused", "removed", "repointed", "resumed", "switchover",
    ]

    /// What a hook finds in its environment.
    var variables: [String: String] {
        [
            "INTERREX_EVENT": event, "INTERREX_CLUSTER": cluster, "INTERREX_OLD": old?.description ?? "",
            "INTERREX_NEW": new?.description ?? "",
        ]
    }

    /// One line, keys sorted; an address that there isn't is left out.
    var json: String {
        let members: [(String, JSON)?] = [
            ("cluster", .string(cluster)), ("event", .string(event)), new.map { ("new", .string($0.description)) },
            old.map { ("old", .string($0.description)) }, ("text", .string(text)), ("time", .string(time)),
        ]
        return JSON.object(members.compactMap(\.self)).text
    }
}
