import Runtime
import Support
import Testing
import ZooKeeper

/// Sessions on the shared server, each in a chroot of its own.
enum TestRoot {
    private static let count = Protected(0)

    /// A path that no other test uses.
    static func path() -> String {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return "/test-\(number)"
    }

    static func session(
        chroot: String? = nil, _ change: (inout Session.Configuration) -> Void = { _ in }
    ) async throws -> Session {
        try await session(on: ZooKeeperServer.shared().connectString, chroot: chroot ?? path(), change)
    }

    /// A session on other servers; without a chroot unless one is given.
    static func session(
        on servers: String, chroot: String = "", _ change: (inout Session.Configuration) -> Void = { _ in }
    ) async throws -> Session {
        var configuration = Session.Configuration(servers: try ConnectString(servers + chroot))
        change(&configuration)
        return try await Session.connect(configuration, within: .seconds(15))
    }
}

/// What `body` threw, or nil.
func failure<Value>(_ body: () async throws -> Value) async -> ZooKeeperError? {
    do {
        _ = try await body()
        return nil
    } catch let error as ZooKeeperError {
        return error
    } catch {
        Issue.record(error)
        return nil
    }
}
