/// Passes what the sentinels say about their work on to the hooks and the event stream.
struct RelayEvents: Behaviour {
    /// Of the events of sentinel.c, those that an operator may want to act on.
    static let relayed: Set<String> = [
        "+sdown", "-sdown", "+odown", "-odown", "+try-failover", "+elected-leader", "-failover-abort-not-elected",
        "-failover-abort-no-good-slave", "-failover-abort-slave-timeout", "+failover-end", "+switch-master", "+reboot",
        "+convert-to-slave", "+fix-slave-config", "+tilt", "-tilt",
    ]

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        events.compactMap { event in
            guard case .sentinel(let address, let name, let payload) = event, Self.relayed.contains(name) else {
                return nil
            }
            return .publish(Notice("sentinel\(name)", "sentinel \(address) says \(name) \(payload)"))
        }
    }
}
