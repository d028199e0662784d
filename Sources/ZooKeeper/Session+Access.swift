internal import CZooKeeper

extension Session {
    /// The user that the session gave; nil where it gave none.
    public var digest: Digest? { link.configuration.digest }

    /// A path as the servers know it: with the chroot before it.
    public func whole(_ path: String) -> String { full(path) }

    /// A node's ACL, and its metadata, read together. The hash of another's digest is only told who may change the ACL.
    public nonisolated(nonsending) func acl(_ path: String) async throws(ZooKeeperError) -> (acl: ACL, stat: Stat) {
        let reply = try await call("getAcl", path) { zoo_aget_acl($0, $2, aclCompleted, $1) }
        guard case .acl(let acl, let stat) = reply else { throw unexpected("getAcl", path) }
        return (acl, stat)
    }
}
