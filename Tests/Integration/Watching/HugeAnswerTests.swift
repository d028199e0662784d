import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// Whoever can register a member may answer anything.
@Suite(.inTurn) struct HugeAnswerTests {
    /// What a peer answers to everything: a string of 60 MiB, the beginning of one, and as many small ones as it may.
    @Test(arguments: ["whole", "announced", "many"]) func a_huge_answer_costs_next_to_nothing(_ kind: String)
        async throws
    {
        let size = 62_914_560
        let peer = try ScriptedPeer { peer in
            while !peer.receive().isEmpty {
                let block = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
                switch kind {
                case "whole":
                    peer.send("$\(size)\r\n")
                    for _ in 0..<(size / block.count) { guard peer.send(block) else { return } }
                    peer.send("\r\n")
                case "announced": peer.send("$\(size)\r\n")
                default:
                    peer.send("*1000000\r\n")
                    while peer.send(Array("$1\r\nx\r\n".utf8)) {}
                }
            }
        }
        try await WatchedCluster.with { watched in
            let process = ProcessFiles(watched.watcher.process.pid)
            let before = process.kilobytes("VmHWM")
            for kind in ["members", "sentinels"] {
                _ = try await watched.cluster.session.create(
                    "\(watched.cluster.root)/\(kind)/huge", Array("127.0.0.1 \(peer.port)".utf8), .ephemeral)
            }
            // Some looks at it.
            try await watched.stays("all goes on", for: .seconds(5)) {
                try await watched.agreedMaster()?.port == watched.master.port
            }
            let cost = process.kilobytes("VmHWM") - before
            #expect(cost < 60_000, "\(cost) kB more")
            let status = try await get("/status", from: watched.watcher.port).body
            #expect(status.contains("127.0.0.1:\(peer.port)"))
        }
    }
}
