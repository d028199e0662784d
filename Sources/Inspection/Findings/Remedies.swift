import Succession
import Vocabulary

/// What to type next. A command that belongs on another host says where.
extension Sight {
    func commands(for alert: Alert) -> [String] {
        let address = alert.subject.flatMap { Address($0) }
        switch alert.name {
        case "no-lease":
            return address.map { ["interrex renew-lease PID    # on \($0.host): of the server at port \($0.port)"] }
                ?? []
        case "missing-replicas": return replicaCommands
        case "replica-not-linked": return address.map(commands(forUnlinked:)) ?? []
        case "no-sentinels": return ["interrex sentinel    # on three hosts"]
        case "sentinel-majority-lost":
            let gone = snapshot.gonePeers.sorted()
            return gone.isEmpty
                ? ["interrex sentinel    # on each host that lacks one"]
                : gone.map { "interrex sentinel    # on \($0.host)" }
        case "sentinel-unreachable":
            return address.map(sentinelCommands) ?? []
        case "no-quorum": return quorumCommands
        case "sentinel-settings-differ": return ["interrex config set --sentinel NAME VALUE"]
        case "behind": return ["interrex accept-loss --why \"...\"    # gives up what the text names"]
        case "empty-root": return ["interrex status --all    # the clusters that there are"]
        case "accept-loss": return ["interrex accept-loss --withdraw"]
        case "aside":
            return address.map { ["interrex aside    # on \($0.host), in its DATA_DIR"] } ?? ["interrex aside"]
        case "nobody-promotable": return ["interrex doctor"]
        case "no-master": return masterCommands
        default: return []
        }
    }

    private var replicaCommands: [String] {
        let gone = missingMembers
        if !gone.isEmpty {
            return gone.flatMap {
                ["interrex redis    # on \($0.host)", "interrex forget \($0)    # where it is gone for good"]
            }
        }
        // Those that are here and not linked have their own finding.
        let isHere = snapshot.liveMembers.count > snapshot.expectedReplicas ?? 0
        return isHere ? [] : ["interrex redis    # on one more host"]
    }

    private func commands(forUnlinked member: Address) -> [String] {
        switch snapshot.answer(of: member) {
        case .silent: ["interrex redis    # on \(member.host), once the process that hangs is ended"]
        case .denied, .notRedis, .refused: []
        case .master, .replica, .loading:
            [
                "redis-cli -h \(member.host) -p \(member.port) \(snapshot.hasPassword ? "--askpass " : "")INFO replication"
            ]
        }
    }

    /// A quorum below two would let one that is cut off begin failovers.
    private var quorumCommands: [String] {
        let opinions = snapshot.sentinels.opinions
        let majority = opinions.count / 2 + 1
        let needed = opinions.map(\.details.quorum).max() ?? 0
        let gone = snapshot.gonePeers.sorted().map { "interrex sentinel    # on \($0.host)" }
        let isPart = snapshot.sentinels.contains { $0.isRegistered && $0.opinion == nil }
        let change = "interrex config set --sentinel quorum \(majority)\(isPart ? " --partial" : "")"
        return (gone.isEmpty ? ["interrex sentinel    # on each host that lacks one"] : gone)
            + (majority >= 2 && majority < needed ? [change] : [])
    }

    private var masterCommands: [String] {
        if coldStart != nil { return [] }
        guard isAnybodyThere else {
            let hosts = Set(([snapshot.record?.address].compactMap(\.self) + missingMembers).map(\.host)).map(
                \.description)
            return hosts.sorted().map { "interrex redis    # on \($0), with its data" }
        }
        // Who loads its data may be master then; who may never be one has a text of its own.
        guard hasHeir else { return snapshot.liveMembers.isEmpty ? [] : ["interrex master --wait"] }
        return mayFailOver
            ? ["interrex status --watch    # the sentinels replace it by themselves"]
            : ["interrex failover    # nobody else can"]
    }
}
