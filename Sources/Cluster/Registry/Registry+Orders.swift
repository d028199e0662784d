import Succession
import ZooKeeper

/// What operators ask for: `/redis/switchover`, `/redis/paused` and `/redis/accept-loss`, which any tool may create.
///
/// With `ZK_AUTH` whoever created one was let in, because nobody else may create below our root. But the ACL that a
/// tool gives it by default lets everybody change it: so it counts as it was created, and the leading watcher takes it
/// into our hands before anything is done for it.
extension Registry {
    enum Order: Equatable, Sendable {
        case nothing
        /// - isForeign: whether somebody else may change it.
        case node(Node, isForeign: Bool)
        /// Its ACL does not let us read it.
        case hidden(Stat)
        /// It is not what was created, and who changed it can't be told.
        case changed(String)
    }

    func order(_ path: String, watch: Bool = false) async throws(ZooKeeperError) -> Order {
        do throws(ZooKeeperError) {
            let (node, foreign) = try await judged(path, watch: watch)
            guard let foreign, node.stat.version > 0 else { return .node(node, isForeign: foreign != nil) }
            return .changed(Self.doubt(foreign))
        } catch {
            guard error.code == .noAuth else {
                if error.code == .noNode { return .nothing }
                throw error
            }
            guard let stat = try await session.exists(path) else { return .nothing }
            guard session.digest != nil, stat.version > 0 else { return .hidden(stat) }
            return .changed(Self.doubt("its ACL does not let us read it"))
        }
    }

    private static func doubt(_ why: String) -> String {
        "it was changed since it was created, by whom nobody can tell (\(why)), so it counts for nothing: delete it and create it "
            + "anew, with the ACL auth::cdrwa,world:anyone:r"
    }

    /// Takes what everybody may change into our hands, where `watcher` leads.
    /// - Returns: the view as it is then. A request that stays open is not run: it could be another one the moment
    ///   after.
    public func secured(_ view: WatcherView, as watcher: String) async throws -> WatcherView {
        guard !view.openOrders.isEmpty, view.watchers.first?.path == watcher else { return view }
        for path in view.openOrders { try await adopt(path, as: watcher) }
        var view = try await watcherView()
        if view.openOrders.contains(paths.switchover) {
            (view.switchover, view.switchoverVersion) = (nil, nil)
            view.badNodes.append(
                BadNode(
                    path: paths.switchover,
                    reason:
                        "others may change it, and it can't be taken from them, because it is ephemeral, has nodes below it, or "
                        + "is another user's: delete it and create it anew, with the ACL auth::cdrwa,world:anyone:r"))
            view.badNodes.sort { $0.path < $1.path }
        }
        return view
    }

    /// Puts a node of ours in its place, in one transaction: what was created goes on, and nothing that came behind it.
    private func adopt(_ path: String, as watcher: String) async throws {
        do throws(ZooKeeperError) {
            let node = try await session.get(path)
            let (acl, stat) = try await session.acl(path)
            // The life of an ephemeral one, and what is below it, are its owner's.
            guard acl.openness != nil, stat.czxid == node.stat.czxid, node.stat.version == 0,
                node.stat.ephemeralOwner == 0, node.stat.childCount == 0
            else { return }
            try await session.multi([
                .check(watcher, version: 0), .delete(path, version: 0), .create(path, node.data, .persistent),
            ])
        } catch {
            // Whatever it came to is read.
            guard [.noNode, .noAuth, .badVersion, .nodeExists, .notEmpty].contains(error.code) || error.isAmbiguous
            else { throw Failure(error) }
        }
    }
}
