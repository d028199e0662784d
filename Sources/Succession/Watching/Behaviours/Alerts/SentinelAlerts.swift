import Vocabulary

/// Registered sentinels, each by name, that can't do their part.
struct SentinelAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.unreachable, .idle] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        snapshot.sentinelAlerts.map(Action.alert)
    }
}

extension Alert.Kind {
    fileprivate static let unreachable: Self = "sentinel-unreachable"
    fileprivate static let idle: Self = "sentinel-idle"
}

extension Snapshot {
    fileprivate var sentinelAlerts: [Alert] { Array((unreachableSentinels + idleSentinels).prefix(Self.namedAlerts)) }

    private var unreachableSentinels: [Alert] {
        // Where another sentinel answers, that is said; and one that is registered twice, after a restart, is one.
        let doubted = Set(sentinels.doubted.filter { $0.opinion != nil }.map(\.address))
        let silent = Dictionary(
            sentinels.filter { $0.opinion == nil && !doubted.contains($0.address) }.map { ($0.address, $0.trouble) },
            uniquingKeysWith: { one, _ in one }
        )
        return silent.sorted { $0.key < $1.key }.map { address, trouble in
            let (state, remedy) =
                switch trouble {
                case .refused:
                    ("refuses connections", "its process hangs at its start or its end; see its log, or end it")
                case .denied: ("does not let us in", "check SENTINEL_PASSWORD and its maxclients")
                case .withheld:
                    (
                        "asks for a password, which it is not told: no launcher of ours has started it, and no sentinel of ours "
                            + "has just heard it", "start it with interrex sentinel, or mend its links to the others"
                    )
                case .stranger: ("is no sentinel", "something else has its port; end its lease, or that")
                case .silent, .unasked, nil:
                    (
                        "does not answer",
                        "its process is frozen or stopped, or its host or network is; free it or start it again"
                    )
                }
            return Alert(
                .unreachable, about: address.description, after: .seconds(5),
                "the registered sentinel \(address) \(state), so it can't be counted on when the master fails; \(remedy)"
            )
        }
    }

    /// Whoever knows no master of this name is told of it, where that is safe.
    private var idleSentinels: [Alert] {
        guard record != nil else { return [] }
        let idle = Set(sentinels.filter { $0.opinion.map { $0.names == nil } ?? false }.map(\.address))
        return idle.sorted().map { address in
            Alert(
                .idle, about: address.description, after: .seconds(10),
                "the registered sentinel \(address) monitors no master named \(mark.masterName); check MASTER_NAME there and here, "
                    + "or start it again\(untilResumed)")
        }
    }
}
