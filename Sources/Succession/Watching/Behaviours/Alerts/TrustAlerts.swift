import Vocabulary

/// Registered sentinels that have to be told of the master, and must not be told its password.
struct TrustAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.untold] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        snapshot.untoldSentinels.map(Action.alert)
    }
}

extension Alert.Kind {
    fileprivate static let untold: Self = "untold-sentinel"
}

extension Snapshot {
    var untoldSentinels: [Alert] {
        guard let master = record?.address else { return [] }
        return misledSentinels.lazy.compactMap { sentinel in
            distrust(of: sentinel).map { alert(sentinel, $0, of: master) }
        }.prefix(Self.namedAlerts).map(\.self)
    }

    private func alert(_ sentinel: Address, _ distrust: Distrust, of master: Address) -> Alert {
        let named = sentinels.first { $0.address == sentinel }?.opinion?.names
        let state = named.map { "names \($0) as master" } ?? "monitors no master named \(mark.masterName)"
        let why =
            switch distrust {
            case .open: "it lets us in without SENTINEL_PASSWORD, which ours ask for"
            case .unlisted: "no other sentinel of ours that could know it lists it as a peer under its id"
            }
        return Alert(
            .untold, about: sentinel.description,
            "the registered sentinel \(sentinel) \(state), and is not told to monitor \(master), because that bears REDIS_PASSWORD, "
                + "and \(why): if it is ours, start it again with interrex sentinel; else delete its node below "
                + "\(mark.root)/sentinels, and find out who has that port")
    }
}
