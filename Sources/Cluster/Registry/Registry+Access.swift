import Succession
import ZooKeeper

extension Registry {
    /// Checks that nobody but the user of `ZK_AUTH`, and whom an operator has named, may change what every start rests on.
    /// Nodes above the root are not ours: who may delete there can't, as long as the root has children.
    /// - Throws: `Failure` 77 with the command that mends it, or 69. Without `ZK_AUTH` there is nothing to check.
    public func checkAccess() async throws {
        guard let open = try await openParents().first else { return }
        throw Failure(
            .notAuthorised,
            "\(session.whole(open.path)) in ZooKeeper may be changed by everybody, though ZK_AUTH is set: \(open.reason); "
                + "whoever changes it owns the data. \(Self.remedy(session.whole(paths.root)))")
    }

    /// Our parents, and what is recorded, where everybody may change it.
    func openParents() async throws -> [BadNode] {
        guard session.digest != nil else { return [] }
        return try await withThrowingTaskGroup(of: BadNode?.self) { group in
            for path in paths.guarded {
                group.addTask {
                    do throws(ZooKeeperError) {
                        return try await session.acl(path).acl.openness.map { BadNode(path: path, reason: $0) }
                    } catch  where error.code == .noNode {
                        return nil
                    } catch {
                        throw Failure(error)
                    }
                }
            }
            var open: [BadNode] = []
            for try await node in group { if let node { open.append(node) } }
            return open.sorted { $0.path < $1.path }
        }
    }

    static func remedy(_ root: String) -> String {
        "In zkCli.sh: addauth digest USER:PASSWORD (those of ZK_AUTH), then setAcl -R \(root) auth::cdrwa,world:anyone:r"
    }

    /// Why a node that was read is not believed; nil where it is ours, is gone meanwhile, or there is no `ZK_AUTH`.
    func foreignness(of path: String, _ stat: Stat) async throws(ZooKeeperError) -> String? {
        guard let user = session.digest else { return nil }
        if let known = notes.complaint(path, stat) { return known }
        do throws(ZooKeeperError) {
            let (acl, stat) = try await session.acl(path)
            let complaint = acl.foreignness(to: user)
            notes.note(path, stat, complaint)
            return complaint
        } catch  where error.code == .noNode {
            return nil
        }
    }
}
