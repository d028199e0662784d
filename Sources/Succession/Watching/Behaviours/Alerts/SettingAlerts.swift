public import Vocabulary

/// Settings in which the sentinels differ: what a failover does then depends on which of them begins it.
struct SettingAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.settingsDiffer] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] { snapshot.settingAlerts.map(Action.alert) }
}

extension Alert.Kind {
    fileprivate static let settingsDiffer = standingOnAnswers("sentinel-settings-differ")
}

extension Snapshot {
    fileprivate var settingAlerts: [Alert] {
        differingSettings.map { name, values in
            let list = values.map { "\($0.value) at \($0.sentinel)" }.joined(separator: ", ")
            let variable = name == "quorum" ? "SENTINEL_QUORUM" : "SENTINEL_CONF"
            return Alert(
                .settingsDiffer, about: name, after: .seconds(5),
                "the sentinels differ in \(name): \(list); set it alike (SENTINEL SET \(mark.masterName) \(name) VALUE on each), and "
                    + "where it comes from (\(variable)), so that their next start does not bring it back")
        }
    }

    /// The name of each setting that is not the same at all sentinels that answer and know the master, with what it is
    /// at each.
    public var differingSettings: [(name: String, values: [(sentinel: Address, value: String)])] {
        let told = sentinels.compactMap { report in
            report.opinion.flatMap { $0.names == nil ? nil : (report.address, $0) }
        }
        // One that is registered twice, after a restart, is one.
        let opinions = Dictionary(told) { one, _ in one }.sorted { $0.key < $1.key }
        return Self.settings.compactMap { name, value in
            let values = opinions.map { (sentinel: $0.key, value: value($0.value)) }
            return Set(values.map(\.value)).count > 1 ? (name, values) : nil
        }
    }

    /// Those that `SENTINEL MASTER` tells and `SENTINEL SET` takes, by its names.
    private static let settings: [(name: String, value: @Sendable (Opinion) -> String)] = [
        ("quorum", { String($0.details.quorum) }),
        ("down-after-milliseconds", { String($0.details.downAfter.wholeMilliseconds) }),
        ("failover-timeout", { String($0.failoverTimeout.wholeMilliseconds) }),
        ("parallel-syncs", { String($0.details.parallelSyncs) }),
        ("notification-script", { $0.details.notificationScript ?? "none" }),
        ("client-reconfig-script", { $0.details.reconfigScript ?? "none" }),
    ]
}
