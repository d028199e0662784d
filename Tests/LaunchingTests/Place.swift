import CZooKeeper
import Glibc
import Runtime
import Support

@testable import ZooKeeper

/// A cluster's root of its own on a real ZooKeeper, and a session of the test's that looks at it.
final class Place: Sendable {
    let root: String
    let servers: String
    let session: Session

    private init(_ root: String, _ servers: String, _ session: Session) {
        self.root = root
        self.servers = servers
        self.session = session
    }

    /// One below a new root of the shared server, or of `servers`; closed behind `body`.
    static func with<Value>(
        _ servers: String? = nil, root: String? = nil, _ body: (Place) async throws -> Value
    ) async throws -> Value {
        let shared = servers == nil ? try await ZooKeeperServer.shared() : nil
        let servers = servers ?? shared!.connectString
        var configuration = Session.Configuration(servers: try ConnectString(servers))
        configuration.timeout = .seconds(10)
        let session = try await Session.connect(configuration, within: .seconds(15))
        let place = Place(root ?? "/interrex-\(getpid())-\(nextNumber())", servers, session)
        do {
            let value = try await body(place)
            await session.close()
            return value
        } catch {
            await session.close()
            throw error
        }
    }

    /// What a launcher needs to come here, from a folder of its own.
    func variables(port: Int, _ more: [String: String] = [:]) -> [String: String] {
        ["ZK_HOSTS": servers, "ZK_ROOT": root, "BIND_IP": "127.0.0.1", "PORT0": "\(port)"].merging(more) { $1 }
    }

    func put(_ path: String, _ data: String) async throws { try await put(path, Array(data.utf8)) }

    func put(_ path: String, _ data: [UInt8], _ mode: CreateMode = .persistent) async throws {
        try await session.create("\(root)/\(path)", data, mode, parents: true)
    }

    /// Creates a node without any data, which is not the same as empty data: libzookeeper tells it as NULL.
    func putNull(_ path: String) async throws {
        try await put(path, [])
        try await session.delete("\(root)/\(path)")
        let whole = "\(root)/\(path)"
        let acl = session.link.acl
        _ = try await session.callWhole("create", whole) {
            zoo_acreate($0, whole, nil, -1, acl.pointer, ZOO_PERSISTENT, nameCompleted, $1)
        }
    }

    func text(_ path: String) async throws -> String {
        String(decoding: try await session.get("\(root)/\(path)").data, as: UTF8.self)
    }

    /// The children of a node; none where it doesn't exist.
    func children(_ path: String) async throws -> [String] {
        guard try await session.exists("\(root)/\(path)") != nil else { return [] }
        return try await session.children("\(root)/\(path)").sorted()
    }

    /// Every node from the root down, or from a node below it, with its data and metadata: equal before and after means
    /// untouched.
    func tree(below path: String? = nil) async throws -> [String: Node] {
        var nodes: [String: Node] = [:]
        var paths = [path.map { "\(root)/\($0)" } ?? root]
        while let path = paths.popLast() {
            // A node may go while we look.
            guard let node = try? await session.get(path) else { continue }
            nodes[path] = node
            paths += ((try? await session.children(path)) ?? []).map { "\(path)/\($0)" }
        }
        // Nothing to see must not come of a lost connection.
        _ = try await session.exists("/")
        return nodes
    }

    /// Those of them that live with a session.
    func registered(below path: String? = nil) async throws -> [String] {
        try await tree(below: path).filter { $0.value.stat.ephemeralOwner != 0 }.keys.sorted()
    }
}

private let numbers = Protected(0)
private func nextNumber() -> Int {
    numbers.withLock { number in
        number += 1
        return number
    }
}
