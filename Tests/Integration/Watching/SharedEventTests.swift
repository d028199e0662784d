import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// Two watchers, and who tells what: each its own listeners, the leader its hooks.
@Suite(.inTurn) struct SharedEventTests {
    @Test func every_stream_tells_of_a_failover_and_only_the_leaders_hooks_run() async throws {
        let folder = try TemporaryFolder("hooks")
        try makeFolder("\(folder.path)/hooks")
        let hook = "\(folder.path)/hooks/log"
        try write("#!/bin/sh\necho $PORT0 $INTERREX_EVENT $INTERREX_NEW >> \(folder.path)/log\n", to: hook)
        chmod(hook, 0o755)
        try await WatchedCluster.with(watchers: 2, watcherVariables: ["HOOKS_DIR": "\(folder.path)/hooks"]) { watched in
            let streams = try watched.watchers.map { try HTTPClient(port: $0.port) }
            for stream in streams {
                stream.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
                try await stream.wait(for: ": interrex")
            }
            // A few failovers: which of the watchers records is a race.
            for _ in 0..<2 {
                let old = try #require(try await watched.agreedMaster())
                try await watched.kill(old)
                let new = try await watched.agree(onOtherThan: old)
                for stream in streams {
                    try await stream.wait(for: #""event":"master-changed","new":"\#(new.colonAddress)""#)
                }
                try await eventually("the leader's hook ran: \(contents(of: "\(folder.path)/log"))") {
                    contents(of: "\(folder.path)/log").contains("master-changed \(new.colonAddress)\n")
                }
                try watched.restart(old)
                try await watched.isComplete()
            }
            let lines = contents(of: "\(folder.path)/log").split(separator: "\n")
            #expect(lines.allSatisfy { $0.hasPrefix("\(watched.watcher.port) ") }, "\(lines)")
            #expect(lines.count { $0.contains(" master-changed ") } == 2, "\(lines)")
        }
    }

    /// The leader is killed, and before its node is gone, the master: nobody leads then, and the next leader's hooks
    /// run.
    @Test func hooks_run_although_the_leader_died_before_the_failover() async throws {
        let folder = try TemporaryFolder("hooks")
        try makeFolder("\(folder.path)/hooks")
        let hook = "\(folder.path)/hooks/log"
        try write("#!/bin/sh\necho $INTERREX_EVENT $INTERREX_NEW >> \(folder.path)/log\n", to: hook)
        chmod(hook, 0o755)
        try await WatchedCluster.with(downAfter: .seconds(1)) { watched in
            let second = try await watched.startWatcher(["HOOKS_DIR": "\(folder.path)/hooks"])
            let old = watched.master
            try await watched.kill(watched.watcher)
            try await watched.kill(old)
            let new = try await watched.agree(onOtherThan: old)
            try await eventually("it leads and its hook runs: \(second.process.text)", within: .seconds(20)) {
                contents(of: "\(folder.path)/log").contains("master-changed \(new.colonAddress)\n")
            }
        }
    }
}
