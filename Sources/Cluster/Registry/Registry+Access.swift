import Succession
import ZooKeeper

extension Registry {
    /// Checks that nobody but the user of `ZK_AUTH`, and whom an operator has named, may change what every start rests
    /// on. Nodes above the root are not ours: who may delete there can't, as long as the root has children.
    /// - Throws: `Failure` 77 with the command that mends it, or 69. Without `ZK_AUTH` there is nothing to check.
    public func checkAccess() async throws {
        guard let bad = try await badParents().first else { return }
        throw Failure(.notAuthorised, "\(session.whole(bad.path)) in ZooKeeper \(bad.reason)")
    }

    /// Checks that ZooKeeper lets us in at all, whatever it lets us read: an administrator may keep `/` to himself.
    /// - Throws: `Failure` 77 where it does not, or 69.
    public func checkAdmission() async throws {
        do throws(ZooKeeperError) {
            _ = try await session.exists("/")
        } catch {
            if error.code != .noAuth { throw Failure(error) }
        }
    }

    /// Our parents, and what is recorded, where everybody may change it, or others alone.
    func badParents() async throws -> [BadNode] {
        guard let user = session.digest else { return [] }
        return try await withThrowingTaskGroup(of: BadNode?.self) { group in
            for path in paths.guarded {
                group.addTask {
                    do throws(ZooKeeperError) {
                        let acl = try await session.acl(path).acl
                        if let openness = acl.openness {
                            let remedy = Self.remedy(session.whole(paths.root))
                            let reason = "may be changed by everybody, though ZK_AUTH is set: \(openness). \(remedy)"
                            return BadNode(path: path, reason: reason)
                        }
                        guard acl.isOthers(than: user) else { return nil }
                        return BadNode(
                            path: path, reason: "belongs to another user than that of ZK_AUTH; check ZK_AUTH",
                            isOthers: true)
                    } catch  where error.code == .noNode {
                        return nil
                    } catch {
                        throw Failure(error)
                    }
                }
            }
            var bad: [BadNode] = []
            for try await node in group { if let node { bad.append(node) } }
            return bad.sorted { $0.path < $1.path }
        }
    }

    /// How an operator gives what is below `root` to the user of `ZK_AUTH` alone.
    private static func remedy(_ root: String) -> String {
        "In zkCli.sh: addauth digest USER:PASSWORD (those of ZK_AUTH), then setAcl -R \(root) auth::cdrwa,world:anyone:r"
    }

    /// A node, and why it is not believed; nil where it is ours, or there is no `ZK_AUTH`. Both are of one and the same
    /// node: in between somebody may have deleted it and we have made another in its place. One that is another at
    /// every turn is nobody's of ours.
    func judged(_ path: String, watch: Bool = false) async throws(ZooKeeperError) -> (node: Node, foreign: String?) {
        var turns = Self.turns
        while true {
            let node = try await session.get(path, watch: watch)
            guard let user = session.digest else { return (node, nil) }
            if let known = notes.complaint(path, node.stat) { return (node, known) }
            let (acl, stat) = try await session.acl(path)
            let complaint = acl.foreignness(to: user)
            notes.note(path, stat, complaint)
            if stat.czxid == node.stat.czxid { return (node, complaint) }
            turns -= 1
            guard turns > 0 else { return (node, "it is made anew faster than it can be read: none of us does that") }
        }
    }

    /// So often what changes between two reads that belong together is read again: somebody may go on changing it for
    /// ever.
    static let turns = 10
}
