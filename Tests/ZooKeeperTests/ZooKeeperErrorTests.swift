import Testing
import Throttle
import ZooKeeper

/// What an error says, and which ones leave the outcome open.
@Suite(.inTurn) struct ZooKeeperErrorTests {
    @Test func onlyLostWritesAreAmbiguous() {
        let open: [ZooKeeperError.Code] = [
            .connectionLoss, .operationTimeout, .deadline, .cancelled, .closing, .marshalling, .systemError,
        ]
        let settled: [ZooKeeperError.Code] = [
            .noNode, .nodeExists, .badVersion, .notEmpty, .noAuth, .authFailed, .invalidACL, .sessionExpired,
            .sessionMoved, .noChildrenForEphemerals, .badArguments, .invalidState, .closed, .tooLarge, .unusableHosts,
            .throttled, .unimplemented,
        ]
        for write in ["create", "set", "delete", "multi"] {
            for code in open { #expect(ZooKeeperError(code, write).isAmbiguous, "\(write) \(code)") }
            for code in settled { #expect(!ZooKeeperError(code, write).isAmbiguous, "\(write) \(code)") }
        }
        for read in ["get", "exists", "children", "sync", "connect"] {
            for code in open + settled { #expect(!ZooKeeperError(code, read).isAmbiguous, "\(read) \(code)") }
        }
    }

    @Test func description() {
        #expect("\(ZooKeeperError(.noNode, "get", "/a"))" == "get /a: no node")
        #expect("\(ZooKeeperError(.deadline, "connect", "a:1"))" == "connect a:1: no answer within the limit")
        let refused = ZooKeeperError(.badVersion, "multi", "/a", failedOperation: 2)
        #expect("\(refused)" == "multi /a (operation 2): bad version")
    }

    /// Ours are outside the range of libzookeeper's.
    @Test func codesDiffer() {
        let own: [ZooKeeperError.Code] = [.deadline, .closed, .unusableHosts, .tooLarge, .cancelled]
        #expect(Set(own).count == own.count)
        #expect(own.allSatisfy { $0.rawValue < -1_000 })
    }
}
