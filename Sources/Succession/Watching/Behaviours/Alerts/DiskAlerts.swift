import Vocabulary

/// What members say of their disks, for an operator.
struct DiskAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.aside, .diskNearlyFull] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] { snapshot.diskAlerts.map(Action.alert) }
}

extension Alert.Kind {
    fileprivate static let aside: Self = "aside"
    fileprivate static let diskNearlyFull: Self = "disk-nearly-full"
}

extension Snapshot {
    /// Only of live members: a disk that nobody uses any more fills no further.
    public var notableDisks: [MemberDisk] {
        (cluster?.disks ?? []).filter { isLeased($0.address) && $0.isNotable }
    }

    fileprivate var diskAlerts: [Alert] {
        notableDisks.flatMap { disk in
            var alerts: [Alert] = []
            if disk.asideCopies > 0 {
                alerts.append(
                    Alert(
                        .aside, about: disk.address.description,
                        "\(disk.address) has \(disk.asideCopies) \(disk.asideCopies == 1 ? "copy" : "copies") of data set aside, \(disk.asideBytes) bytes: they may "
                            + "hold writes that are nowhere else; see interrex aside in its DATA_DIR, and prune there"))
            }
            if disk.isNearlyFull {
                alerts.append(
                    Alert(
                        .diskNearlyFull, about: disk.address.description,
                        "less than a tenth of the disk of \(disk.address) is free: a server that can't write its log or snapshot "
                            + "refuses writes; make room there (interrex aside lists what was set aside)"))
            }
            return alerts
        }
    }
}
