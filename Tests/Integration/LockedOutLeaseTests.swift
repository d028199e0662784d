import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// A server whose password was changed while it runs, and its lease, which has the old one.
@Suite(.inTurn) struct LockedOutLeaseTests {
    private static let (old, new) = ("sesame-4721", "sesame-4722")

    @Test func it_says_so_once_with_server_and_user_asks_ever_more_seldom_and_goes_on_once_it_may() async throws {
        try await TestCluster.with(["REDIS_PASSWORD": Self.old]) { cluster in
            let server = try cluster.redis(quickRedis)
            func wrongPasswords(_ password: String) async throws -> Int {
                let info = try await redis(server.port, "INFO", "errorstats", password: password)
                let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("errorstat_WRONGPASS:") }
                return line?.split(separator: "=").last.flatMap { Int($0) } ?? 0
            }
            // It writes only once it has looked at its server.
            try await eventually("the lease keeps the passport: \(server.process.text.suffix(500))") {
                contents(of: "\(server.folder.path)/interrex.passport").contains("master")
            }
            try await redis(server.port, "CONFIG", "SET", "requirepass", Self.new, password: Self.old)
            try await redis(server.port, "CLIENT", "KILL", "TYPE", "normal", password: Self.new)
            let text = "\(server.colonAddress) does not let its lease in as the user default (WRONGPASS)"
            try await eventually("the lease says so: \(server.process.text.suffix(500))") {
                server.process.text.contains(text)
            }
            let before = try await wrongPasswords(Self.new)
            // How often it tries is counted over a time; no event ends that.
            try await Task.sleep(for: .seconds(2))
            let tries = try await wrongPasswords(Self.new) - before
            #expect((1...12).contains(tries), "\(tries) in two seconds")
            #expect(server.process.text.ranges(of: text).count == 1)
            try await redis(server.port, "CONFIG", "SET", "requirepass", Self.old, password: Self.new)
            try await eventually("it is over: \(server.process.text.suffix(500))") {
                server.process.text.contains("\(server.colonAddress) (asked as the user default) lets its lease")
            }
            #expect(!server.process.text.contains("sesame"))
        }
    }
}
