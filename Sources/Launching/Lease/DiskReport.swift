import Cluster
import Glibc
import Succession
import Vocabulary

/// Looks at the disk beside the server, once a minute, and tells the cluster where there is something to say.
struct DiskReport: Sendable {
    private static let interval = Duration.seconds(60)

    private let copies: AsideCopies
    private let address: Address
    private var last: (at: ContinuousClock.Instant, disk: MemberDisk)?

    init(_ data: LeaseOrder.Data, of address: Address) {
        copies = AsideCopies(folder: data.folder, paths: data.paths)
        self.address = address
    }

    /// The record with what this disk has to say; nil where it says that already.
    mutating func next(_ record: ClusterRecord) -> ClusterRecord? {
        let disk = current()
        let others = record.disks.filter { $0.address != address }
        let said = record.disks.first { $0.address == address }
        guard said != (disk.isNotable ? disk : nil) else { return nil }
        var record = record
        // A full list is no reason to forget the others: then the log alone says it.
        record.disks = Array((others + (disk.isNotable ? [disk] : [])).prefix(ClusterRecord.holderLimit))
        return record.disks.contains(disk) || !disk.isNotable ? record : nil
    }

    /// Something was deleted: look again.
    mutating func forget() { last = nil }

    private mutating func current() -> MemberDisk {
        if let last, .now - last.at < Self.interval { return last.disk }
        let times = copies.times
        let disk = MemberDisk(
            address, asideBytes: times.reduce(0) { $0 + copies.size(of: $1) }, asideCopies: times.count,
            isNearlyFull: isNearlyFull)
        if disk.isNearlyFull, !(last?.disk.isNearlyFull ?? false) {
            Log.warn(
                "less than a tenth of the disk of \(copies.folder) is free; make room before the server can't write any more"
            )
        }
        last = (.now, disk)
        return disk
    }

    private var isNearlyFull: Bool {
        var info = statvfs()
        guard statvfs(copies.folder, &info) == 0, info.f_blocks > 0 else { return false }
        return info.f_bavail < info.f_blocks / 10
    }
}
