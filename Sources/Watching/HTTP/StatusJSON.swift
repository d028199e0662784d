import Succession
import Vocabulary

/// `/status` of one cluster.
extension ClusterStatus {
    var json: JSON {
        [
            "root": .string(root), "master": JSON(snapshot?.record?.address.description),
            "version": JSON(snapshot?.record.map { Int($0.version) }), "epoch": JSON(snapshot?.cluster?.epoch),
            "members_count": .number(snapshot?.liveMembers.count ?? 0), "leader": JSON(leader?.description),
            "leads": .bool(snapshot?.leads ?? false), "connected": .bool(isConnected), "paused": pauseJSON,
            "healthy": .bool(isHealthy), "failover_possible": .bool(failoverObstacles.isEmpty),
            "failover_blocked_by": .array(failoverObstacles.map(JSON.string)),
            "replicas_expected": JSON(snapshot?.expectedReplicas),
            "replicas_linked": .number(snapshot?.linkedReplicas.count ?? 0),
            "sentinels": .array(snapshot?.sentinels.map { Self.json($0, snapshot?.unasked ?? []) } ?? []),
            "members": .array(snapshot?.memberJSON ?? []),
            "alerts": .array(alerts.map(Self.json)),
            "warnings": .array(warnings.map { .string($0) }),
            "seen_ms_ago": JSON(seen.map { Int($0.duration(to: .now).wholeMilliseconds) }),
        ]
    }

    /// A pause that can't be read is one as well.
    private var pauseJSON: JSON {
        guard pause != nil || snapshot?.isPaused ?? false else { return .null }
        return [
            "who": JSON(pause?.who), "why": JSON(pause?.why), "since": JSON(pause?.since),
            "until": JSON(pause?.until),
        ]
    }

    private static func json(_ alert: Alert) -> JSON {
        [
            "name": .string(alert.name), "about": JSON(alert.subject), "text": .string(alert.text),
            "since": JSON(alert.since),
        ]
    }

    private static func json(_ report: SentinelReport, _ unasked: Set<Address>) -> JSON {
        let opinion = report.opinion
        return [
            "address": .string(report.address.description), "asked": .bool(!unasked.contains(report.address)),
            "answers": .bool(opinion != nil),
            "names": JSON(opinion?.names?.description), "s_down": .bool(opinion?.subjectivelyDown ?? false),
            "failover": .bool(opinion?.failoverFor != nil), "epoch": JSON(opinion?.epoch),
            "peers": JSON(opinion?.peers),
        ]
    }

    /// `/history`: as it is stored.
    var historyJSON: JSON {
        .array(
            history.map { entry in
                [
                    "time": .string(entry.time), "old": JSON(entry.old), "new": .string(entry.new),
                    "cause": .string(entry.cause), "epoch": JSON(entry.epoch), "members": .number(entry.members),
                    "by": .string(entry.by), "took_ms": JSON(entry.took),
                ]
            })
    }
}

extension Snapshot {
    /// The live members, and the recorded master where it has no lease.
    fileprivate var memberJSON: [JSON] {
        let recorded = [record?.address].compactMap { $0 }.filter { !members.contains($0) }
        return (liveMembers + recorded).map { address in
            let answer = instances[address]?.answer ?? .silent
            var (history, replication): (History?, Replication?) = (nil, nil)
            switch answer {
            case .master(let value): history = value
            case .replica(let value): (history, replication) = (value.history, value)
            default: break
            }
            let lag = replication.flatMap { replica in
                masterOffset.map { max(0, $0.subtractingReportingOverflow(replica.history.offset).partialValue) }
            }
            return [
                "address": .string(address.description), "asked": .bool(!unasked.contains(address)),
                "role": .string(answer.word),
                "live": .bool(members.contains(address)), "stranger": .bool(isStranger(address)),
                "follows": JSON(replication?.master?.description),
                "link": JSON(replication.map { $0.isLinked ? "up" : "down" }),
                "offset": JSON(history.map { Int($0.offset) }), "lag_bytes": JSON(lag.map { Int($0) }),
                "priority": JSON(replication?.priority),
            ]
        }
    }
}
