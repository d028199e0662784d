import CZooKeeper
import Support
import Testing
import Throttle

@testable import ZooKeeper

/// Nodes that other clients made without any data, which libzookeeper tells as NULL with length -1.
@Suite(.inTurn) struct NullDataTests {
    @Test func isEmpty() async throws {
        let root = TestRoot.path()
        let session = try await TestRoot.session(chroot: root)
        let acl = session.link.acl
        _ = try await session.callWhole("create", root + "/a") {
            zoo_acreate($0, root + "/a", nil, -1, acl.pointer, ZOO_PERSISTENT, nameCompleted, $1)
        }
        let node = try await session.get("/a")
        #expect(node.data == [])
        #expect(node.stat.dataLength == 0)
        await session.close()
    }
}
