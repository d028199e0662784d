internal import CZooKeeper
import Glibc

/// Who may do what to a znode. It isn't inherited: each node has its own.
public struct ACL: Equatable, Sendable {
    public struct Permissions: OptionSet, Sendable {
        public var rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }

        public static let read = Self(rawValue: 1)
        public static let write = Self(rawValue: 2)
        /// Creating children.
        public static let create = Self(rawValue: 4)
        /// Deleting children.
        public static let delete = Self(rawValue: 8)
        /// Changing the ACL.
        public static let admin = Self(rawValue: 16)
        public static let all: Self = [.read, .write, .create, .delete, .admin]
    }

    public struct Entry: Equatable, Sendable {
        public var permissions: Permissions
        /// `world`, `auth`, `digest`, `ip`.
        public var scheme: String
        /// `anyone` for `world`, nothing for `auth`.
        public var id: String

        public init(_ permissions: Permissions, scheme: String, id: String) {
            self.permissions = permissions
            self.scheme = scheme
            self.id = id
        }
    }

    public var entries: [Entry]

    public init(_ entries: [Entry]) { self.entries = entries }

    /// Everything for everybody.
    public static let open = ACL([Entry(.all, scheme: "world", id: "anyone")])
    /// Everything for the user whose digest the session gave, nothing for others.
    public static let owner = ACL([Entry(.all, scheme: "auth", id: "")])
    /// Everything for the user whose digest the session gave, reading for everybody.
    public static let readable = ACL(owner.entries + [Entry(.read, scheme: "world", id: "anyone")])
}

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
