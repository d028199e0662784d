internal import CZooKeeper
import Glibc

/// An ACL in libzookeeper's own memory layout; the strings live as long as this object.
final class ACLVector: @unchecked Sendable {
    // Unchecked: written in `init` only; libzookeeper only reads it.
    let pointer: UnsafeMutablePointer<ACL_vector>

    init(_ acl: ACL) {
        let entries = UnsafeMutablePointer<CZooKeeper.ACL>.allocate(capacity: max(1, acl.entries.count))
        for (index, entry) in acl.entries.enumerated() {
            let id = Id(scheme: strdup(entry.scheme), id: strdup(entry.id))
            (entries + index).initialize(to: .init(perms: entry.permissions.rawValue, id: id))
        }
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: ACL_vector(count: Int32(acl.entries.count), data: entries))
    }

    deinit {
        let entries = pointer.pointee
        for index in 0..<Int(entries.count) {
            free(entries.data[index].id.scheme)
            free(entries.data[index].id.id)
        }
        entries.data.deallocate()
        pointer.deallocate()
    }
}
