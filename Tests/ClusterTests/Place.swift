import Cluster
import Runtime
import Succession
import Support
import Testing
import Vocabulary
import ZooKeeper

/// A cluster's root of its own on a real ZooKeeper: a registry that works there, and a session of the test's that
/// looks.
final class Place: Sendable {
    let settings: RegistrySettings
    let registry: Registry
    let witness: Session
    private let opened = Protected<[Registry]>([])

    var root: String { settings.root }
    var paths: Paths { registry.paths }

    private init(_ settings: RegistrySettings, _ registry: Registry, _ witness: Session) {
        self.settings = settings
        self.registry = registry
        self.witness = witness
    }

    /// One below a new root of the shared server; every session is closed behind `body`.
    /// - Parameters:
    ///   - proxy: through which the registry's connections go; the witness takes no detour.
    ///   - subpath: appended to the root's name.
    static func with<Value>(
        through proxy: TCPProxy? = nil, subpath: String = "", digest: Digest? = nil,
        _ body: (Place) async throws -> Value
    ) async throws -> Value {
        let servers = try ConnectString(try await ZooKeeperServer.shared().connectString)
        let settings = RegistrySettings(
            servers: try proxy.map { try ConnectString($0.connectString) } ?? servers,
            root: "/cluster-\(nextNumber())\(subpath)", digest: digest, sessionTimeout: .seconds(10))
        let registry = try await Registry.open(settings, within: .seconds(15))
        var configuration = Session.Configuration(servers: servers)
        configuration.timeout = .seconds(10)
        let witness = try await Session.connect(configuration, within: .seconds(15))
        let place = Place(settings, registry, witness)
        let result = await Result.of { try await body(place) }
        for registry in place.opened.value + [registry] { await registry.session.close() }
        await witness.close()
        return try result.get()
    }

    /// One more registry, of a session of its own.
    func another(_ change: (inout RegistrySettings) throws -> Void = { _ in }) async throws -> Registry {
        var settings = settings
        try change(&settings)
        let registry = try await Registry.open(settings, within: .seconds(15))
        opened.withLock { $0.append(registry) }
        return registry
    }

    func put(_ path: String, _ data: String = "", _ mode: CreateMode = .persistent) async throws {
        try await put(path, Array(data.utf8), mode)
    }

    func put(_ path: String, _ data: [UInt8], _ mode: CreateMode = .persistent) async throws {
        try await witness.create(path, data, mode, parents: true)
    }

    func text(_ path: String) async throws -> String {
        String(decoding: try await witness.get(path).data, as: UTF8.self)
    }

    /// Every node from the root down, with its data and metadata: equal before and after means untouched.
    func tree() async throws -> [String: Node] {
        var nodes: [String: Node] = [:]
        var paths = [root]
        while let path = paths.popLast() {
            guard try await witness.exists(path) != nil else { continue }
            nodes[path] = try await witness.get(path)
            paths += try await witness.children(path).map { "\(path)/\($0)" }
        }
        return nodes
    }

    /// Deletes a node and all below it.
    func wipe(_ path: String) async throws {
        for child in try await witness.children(path) { try await wipe("\(path)/\(child)") }
        try await witness.delete(path)
    }
}

extension Result where Failure == any Error {
    fileprivate static func of(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

private let numbers = Protected(0)
private func nextNumber() -> Int {
    numbers.withLock { number in
        number += 1
        return number
    }
}

extension Address {
    /// A port of loopback.
    init(_ port: Int) { self.init(host: "127.0.0.1", port: port)! }
}

/// What `body` throws, as the failure that an operator reads.
func failure<Value>(
    _ body: () async throws -> Value, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> Failure {
    do {
        let value = try await body()
        throw TestFailure("nothing was thrown, but \(value) was returned")
    } catch {
        return try #require(error as? Failure, "\(error)", sourceLocation: sourceLocation)
    }
}
