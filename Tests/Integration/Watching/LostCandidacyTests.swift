import Fixtures
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// A person, or another tool, deletes or writes to the nodes of a cluster that runs.
@Suite(.inTurn) struct LostCandidacyTests {
    enum Deed: CaseIterable {
        case deleted, addressWritten, garbageWritten
    }

    @Test("a watcher whose node was deleted or written to leads again", arguments: Deed.allCases)
    func a_watcher_whose_node_was_touched_leads_again(deed: Deed) async throws {
        try await WatchedCluster.with(members: 2) { watched in
            let (session, old) = (watched.cluster.session, watched.master)
            let node = try #require(try await watched.candidacies().first)
            switch deed {
            case .deleted: try await session.delete(node.path)
            case .addressWritten: try await session.set(node.path, Array("127.0.0.1 1".utf8))
            case .garbageWritten: try await session.set(node.path, Array("no\naddress".utf8))
            }
            try await eventually("it has another node, and leads") {
                let nodes = try await watched.candidacies()
                return nodes.map(\.address) == [node.address] && nodes[0].path != node.path
                    && watched.watcher.count(of: "this watcher leads") == 2
            }
            #expect(watched.watcher.count(of: "was deleted or written to") == 1)
            try await watched.kill(old)
            try await watched.agree(onOtherThan: old)
            try await eventually("it says so") { watched.watcher.count(of: "(succession)") == 1 }
        }
    }

    @Test func all_is_registered_again_after_the_root_was_deleted() async throws {
        try await WatchedCluster.with(watchers: 2) { watched in
            let (session, root) = (watched.cluster.session, watched.cluster.root)
            let id = try #require(try await watched.record()?.id)
            try await delete(below: root, session)
            try await eventually("all is there again", within: .seconds(20)) {
                guard await watched.keepRoles() else { throw TestFailure(await watched.situation()) }
                let record = try await watched.record()
                if let other = record?.id, other != id { throw TestFailure("the cluster's id is \(other)") }
                let leases = (
                    try await watched.cluster.leases("members").count,
                    try await watched.cluster.leases("sentinels").count
                )
                let nodes = try await watched.candidacies()
                let recorded = try await watched.cluster.recordedMaster()
                return leases == (3, 3) && nodes.count == 2 && record?.id == id
                    && watched.watchers.contains { $0.address == nodes[0].address }
                    && recorded == watched.master.address
            }
            try await watched.kill(watched.master)
            try await watched.agree(onOtherThan: watched.master)
        }
    }

    /// All nodes, deepest first; what is created meanwhile may stay.
    private func delete(below path: String, _ session: Session) async throws {
        do {
            for name in try await session.children(path) { try await delete(below: "\(path)/\(name)", session) }
            try await session.delete(path)
        } catch let error as ZooKeeperError where [.noNode, .notEmpty].contains(error.code) {}
    }
}
