import Succession
package import Vocabulary

/// What programs are given: `interrex status --json`. Fields are added, and never renamed or taken away.
extension StatusPage {
    package var json: JSON {
        let snapshot = sight.snapshot
        return [
            "root": .string(sight.root), "state": .string(verdict.state.rawValue), "verdict": .string(verdict.text),
            "master": masterJSON, "epoch": JSON(snapshot.cluster?.epoch),
            "replicas_expected": JSON(snapshot.expectedReplicas),
            "replicas_linked": .number(snapshot.linkedReplicas.count),
            "paused": sight.pause.map { pause in
                [
                    "who": JSON(pause.who), "why": JSON(pause.why), "since": JSON(pause.since),
                    "until": JSON(pause.until),
                ]
            } ?? .null,
            "servers": .array(rows.map(\.json)),
            "sentinels": .array(sight.sentinelReports.map { json(of: $0) }),
            "watchers": .array(
                sight.watchers.enumerated().map { index, watcher in
                    [
                        "address": .string(watcher.address.description), "leads": .bool(index == 0),
                        "answers": watcher.answers.map(JSON.bool) ?? .null, "version": JSON(watcher.version),
                    ]
                }),
            "findings": .array(findings.map(\.json)),
        ]
    }

    private var masterJSON: JSON {
        guard let record = sight.snapshot.record else { return .null }
        let entry = sight.reign == nil ? nil : sight.history.last
        return [
            "address": .string(record.address.description), "answers": .bool(sight.snapshot.recordedMasterIsUp),
            "since": JSON(entry?.time), "for_ms": JSON(sight.reign.map { Int($0.wholeMilliseconds) }),
            "cause": JSON(entry?.cause), "who": JSON(entry?.who), "version": .number(Int(record.version)),
        ]
    }

    private func json(of report: SentinelReport) -> JSON {
        let (opinion, facts) = (report.opinion, sight.sentinels[report.address])
        return [
            "address": .string(report.address.description), "registered": .bool(report.isRegistered),
            "answers": .bool(opinion != nil), "trouble": JSON(report.trouble?.rawValue),
            "names": JSON(opinion?.names?.description), "s_down": opinion.map { .bool($0.subjectivelyDown) } ?? .null,
            "peers": JSON(opinion?.peers), "quorum": JSON(opinion?.details.quorum),
            "quorum_reached": opinion.map { .bool($0.details.hasQuorum) } ?? .null,
            "tilt": facts.map { .bool($0.isInTilt) } ?? .null,
            "failover": opinion.map { .bool($0.failoverFor != nil) } ?? .null, "epoch": JSON(opinion?.epoch),
            "uptime_s": JSON(facts?.uptime.map { Int($0.components.seconds) }), "version": JSON(facts?.version),
        ]
    }
}

extension ServerRow {
    fileprivate var json: JSON {
        [
            "address": .string(address.description), "role": .string(role),
            "zookeeper": JSON(registration?.rawValue), "named_by": .number(namedBy),
            "known_replica": .bool(isKnownReplica), "stranger": .bool(isStranger),
            "disagreement": JSON(disagreement), "follows": JSON(follows?.description),
            "link": JSON(isLinked.map { $0 ? "up" : "down" }), "lag_bytes": JSON(lag),
            "lag_s": JSON(lastContact.map { Int($0.components.seconds) }), "offset": JSON(offset),
            "priority": JSON(priority), "memory_bytes": JSON(facts?.usedMemory),
            "memory_limit_bytes": JSON(facts?.memoryLimit),
            "uptime_s": JSON(facts?.uptime.map { Int($0.components.seconds) }), "version": JSON(facts?.version),
        ]
    }
}

extension Finding {
    package var json: JSON {
        let word =
            switch weight {
            case .note: "note"
            case .degraded: "warning"
            case .outage: "outage"
            }
        return [
            "name": .string(name), "about": JSON(subject), "weight": .string(word), "text": .string(text),
            "commands": .array(commands.map(JSON.string)),
        ]
    }
}
