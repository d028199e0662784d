import CLinux
import Glibc
import Runtime
import Support
import Testing
import Throttle
import Vocabulary

@testable import Redis

/// What this process or machine lacks says nothing about a peer.
@Suite(.inTurn) struct OwnLimitTests {
    @Test(arguments: [EMFILE, ENFILE, ENOMEM, ENOBUFS, EADDRNOTAVAIL, EAGAIN, ENOSPC])
    func is_an_error_of_its_own(_ number: Int32) {
        for connecting in [true, false] {
            let error = RedisError(errno: number, address: Address(1), connecting: connecting)
            #expect(error.isOurs && error.message.contains("; "), "\(error)")
        }
    }

    @Test func without_descriptors_nobody_refuses_and_no_process_ends() async throws {
        await #expect(processExitsWith: .success) {
            try await withLoop { loop in
                let server = try SilentPort()
                let child = try ChildProcess("sleep", ["60"], output: "/dev/null")
                let pidfd = linux_pidfd_open(child.pid)
                // Those that are open stay so, and there is none between them.
                let next = dup(0)
                close(next)
                var limit = rlimit()
                getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                let most = limit.rlim_cur
                limit.rlim_cur = rlim_t(next)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                let error = try await failure {
                    _ = try await Connection.open(Address(server.port), on: loop, within: .seconds(1))
                }
                #expect(error.code == .system && error.message.contains("ulimit -n"))
                let waiter = Task { try await loop.readable(pidfd) }
                try await loop.sleep(for: .milliseconds(500))
                let isWaiting = Protected(true)
                Task {
                    try? await waiter.value
                    isWaiting.withLock { $0 = false }
                }
                try await loop.sleep(for: .milliseconds(100))
                #expect(isWaiting.value)
                child.signal(SIGKILL)
                try await waiter.value
                limit.rlim_cur = most
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            }
        }
    }

    /// Where this machine has no address of that kind, no port is lacking.
    @Test(arguments: ["127.0.0.1", "::1", "2001:db8::1", "fe80::1", "255.255.255.255"])
    func an_address_without_a_way_lacks_nothing(_ host: String) async throws {
        try await withLoop { loop in
            let error = try await failure {
                _ = try await Connection.open(Address(host: host, port: 1)!, on: loop, within: .milliseconds(200))
            }
            #expect(!error.isOurs, "\(error)")
        }
    }

    @Test(arguments: ["$2000000\r\n", "*1\r\n$2000000\r\nabc", "*2\r\n:1\r\n$2000000\r\n"])
    func a_string_that_is_too_long_is_refused_before_it_comes(_ text: String) {
        let parser = ReplyParser(limit: 1_048_576)
        Array(text.utf8).withUnsafeBytes { parser.feed($0) }
        #expect(parser.next() == .failure("a reply of more than 1048576 bytes"))
    }

    @Test func a_string_that_fits_is_waited_for() {
        let parser = ReplyParser(limit: 1_048_576)
        for piece in ["$", "10", "00000", "\r\n"] {
            Array(piece.utf8).withUnsafeBytes { parser.feed($0) }
            #expect(parser.next() == .needMore)
        }
    }
}
