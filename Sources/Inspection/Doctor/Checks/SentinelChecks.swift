import Succession
import Vocabulary

/// Those who replace a master that hangs.
extension Checks {
    static let sentinels: [any Check] = [
        sentinelCount, sentinelQuorum, sentinelsAnswer, checkQuorum, sentinelPeers, foreignSentinels, sentinelSettings,
        sentinelTimes, sentinelScripts, sentinelNames, sentinelTilt, sentinelVersions,
    ]

    private static let sentinelCount = ClusterCheck(
        "sentinel-count", "whether the sentinels outlive the loss of one, and their number is odd"
    ) { evidence in
        guard let snapshot = evidence.snapshot else { return [] }
        let count = Set(snapshot.sentinels.map(\.address)).count
        let fix = "interrex sentinel"
        switch count {
        case 0: return []
        case 1, 2:
            return [
                .warn(
                    evidence.root,
                    "\(count == 1 ? "there is one sentinel" : "there are two sentinels"): when one is away none can be "
                        + "elected, and nobody replaces a master that hangs; have three", fix: fix)
            ]
        case _ where count.isMultiple(of: 2):
            return [
                .warn(
                    evidence.root,
                    "there are \(count) sentinels: they outlive the loss of no more than \(count - 1) would, and half "
                        + "of them are no majority; have an odd number", fix: fix)
            ]
        default: return []
        }
    }

    private static let sentinelQuorum = ClusterCheck(
        "quorum", "whether the quorum is neither too high nor too low"
    ) { evidence in
        guard let snapshot = evidence.snapshot else { return [] }
        let electorate = snapshot.sentinels.electorate
        let majority = electorate / 2 + 1
        return evidence.opinions.compactMap { address, opinion -> CheckResult? in
            guard opinion.names != nil else { return nil }
            let quorum = opinion.details.quorum
            let fix = "interrex config set --sentinel quorum \(majority)"
            if quorum > electorate {
                return .fail(
                    address.description,
                    "its quorum is \(quorum), and there are \(electorate) sentinels: it never begins a failover",
                    fix: fix)
            }
            if quorum > majority {
                return .warn(
                    address.description,
                    "its quorum is \(quorum), more than a majority of \(electorate) sentinels: a failover needs more "
                        + "of them than an election does; \(majority) is enough", fix: fix)
            }
            guard quorum < 2, electorate > 1 else { return nil }
            return .warn(
                address.description,
                "its quorum is \(quorum): one sentinel that loses its network considers the master down and begins a "
                    + "failover",
                fix: fix)
        }
    }

    private static let sentinelsAnswer = ClusterCheck(
        "sentinels", "whether the registered sentinels answer, and monitor the master",
        alerts: ["no-sentinels", "sentinel-majority-lost", "sentinel-unreachable", "sentinel-idle"])

    private static let checkQuorum = ClusterCheck(
        "ckquorum", "whether each sentinel reaches a quorum (SENTINEL CKQUORUM)", alerts: ["no-quorum"])

    private static let sentinelPeers = ClusterCheck(
        "sentinel-peers", "whether each sentinel knows the others, and nobody who is gone", alerts: ["unsafe-reset"]
    ) { evidence in
        guard let snapshot = evidence.snapshot else { return [] }
        let registered = Set(snapshot.sentinels.filter(\.isRegistered).map(\.address))
        let gone = snapshot.peers.filter { $0.value.isGone && !registered.contains($0.key) }.keys
        return evidence.opinions.flatMap { address, opinion -> [CheckResult] in
            guard opinion.names != nil else { return [] }
            let known = Set(opinion.details.sentinels)
            let (dead, missing) = (
                known.intersection(gone).sorted(), registered.subtracting(known + [address]).sorted()
            )
            var results: [CheckResult] = []
            if !dead.isEmpty {
                results.append(
                    CheckResult(
                        .warn, address.description,
                        "it counts \(list(dead)), where no sentinel is any more, in every vote; start them again, or "
                            + "have them forgotten, as the leading watcher does after half a minute where enough are left",
                        fix: dead.flatMap { evidence.sight?.sentinelCommands($0) ?? [] }
                    ).telling("unsafe-reset"))
            }
            if !missing.isEmpty {
                results.append(
                    .warn(
                        address.description,
                        "it does not know the sentinel\(missing.count == 1 ? "" : "s") \(list(missing)): they do not "
                            + "hear each other through the master; look at the network between them, and at their "
                            + "passwords for it",
                        fix: "\(address.cli) SENTINEL SENTINELS \(evidence.masterName.quotedForShell)"))
            }
            return results
        }
    }

    private static func list(_ addresses: [Address]) -> String {
        addresses.map(\.description).joined(separator: ", ")
    }

    private static let foreignSentinels = ClusterCheck(
        "foreign-sentinels", "whether every sentinel is one of this cluster",
        alerts: ["false-sentinels", "unknown-sentinel", "untold-sentinel"])

    private static let sentinelSettings = ClusterCheck(
        "sentinel-settings", "whether the sentinels have the same settings", alerts: ["sentinel-settings-differ"])

    private static let sentinelTimes = ClusterCheck(
        "sentinel-times", "whether the sentinels are neither too hasty nor too slow"
    ) { evidence in
        evidence.opinions.compactMap { address, opinion -> CheckResult? in
            guard opinion.names != nil else { return nil }
            let (down, timeout) = (opinion.details.downAfter, opinion.failoverTimeout)
            if down < .milliseconds(500) {
                return .warn(
                    address.description,
                    "its down-after-milliseconds is \(down.wholeMilliseconds): a slow command or a busy machine is "
                        + "taken for a death",
                    fix: "interrex config set --sentinel down-after-milliseconds 5000")
            }
            if down > .seconds(60) {
                return .warn(
                    address.description,
                    "its down-after-milliseconds is \(down.wholeMilliseconds): for so long nobody replaces a master "
                        + "that hangs",
                    fix: "interrex config set --sentinel down-after-milliseconds 5000")
            }
            guard timeout > .seconds(60) else { return nil }
            return .warn(
                address.description,
                "its failover-timeout is \(timeout.wholeMilliseconds): after an election that failed nobody tries "
                    + "again for twice that",
                fix: "interrex config set --sentinel failover-timeout 10000")
        }
    }

    private static let sentinelScripts = ClusterCheck(
        "sentinel-scripts", "whether the scripts of this machine's sentinels can be run"
    ) { evidence in
        evidence.machine.brokenScripts.sorted { $0.key < $1.key }.flatMap { address, scripts in
            scripts.map { script in
                .warn(
                    address.description, "its script \(script) can't be run: it says nothing when the master changes",
                    fix: "chmod a+rx \(script.quotedForShell)")
            }
        }
    }

    /// Of Redis 6.2 and later.
    private static let sentinelNames = ClusterCheck(
        "sentinel-names", "whether the sentinels resolve and announce host names alike"
    ) { evidence in
        ["resolve-hostnames", "announce-hostnames"].compactMap { name in
            let told = evidence.sentinels.compactMap { sentinel in sentinel.settings?[name].map { (sentinel, $0) } }
            guard Set(told.map(\.1)).count > 1 else { return nil }
            let list = told.map { "\($0.1) at \($0.0.name)" }.joined(separator: ", ")
            return CheckResult(
                .warn, name,
                "the sentinels differ in \(name): \(list); one that takes names is not understood by one that does "
                    + "not: set it alike, to no where there is a choice",
                fix: told.filter { $0.1 == "yes" }.map { "\($0.0.cli) SENTINEL CONFIG SET \(name) no" })
        }
    }

    private static let sentinelTilt = ClusterCheck(
        "tilt", "whether no sentinel mistrusts its own clock"
    ) { evidence in
        evidence.sentinels.filter(\.facts.isInTilt).map { sentinel in
            .warn(
                sentinel.name,
                "it is in TILT: its process stood still or its clock jumped, and it does nothing for 30 s; look at its "
                    + "host's load and clock", fix: "\(sentinel.cli) INFO sentinel")
        }
    }

    private static let sentinelVersions = ClusterCheck(
        "sentinel-versions", "whether the sentinels run one version"
    ) { evidence in
        [skew(evidence.sentinels, "sentinels", "restart the older ones, one by one")].compactMap(\.self)
    }
}
