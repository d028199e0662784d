package import Cluster
import Processes
import Runtime
import Succession
import Vocabulary

/// The addresses of a cluster that a shell offers while a command is typed, as ZooKeeper has them: the recorded master,
/// and members with a lease. Nobody else is asked, for a person waits with a finger on the key.
package enum LiveAddresses {
    package enum Kind: Sendable {
        /// The recorded master first.
        case servers
        /// All but the recorded master.
        case replicas
    }

    /// How long all of it may take; a shell that gets no answer offers nothing.
    private static let limit = Duration.milliseconds(800)

    /// - Returns: `HOST:PORT` each; none where anything is wrong, without a word.
    package static func of(_ kind: Kind, _ environment: Environment) -> [String] {
        // What a line on standard error would do to the line that is being typed.
        try? Log.start(Environment(["LOG_LEVEL": "critical"]), command: "completion")
        guard let settings = try? RegistrySettings(environment) else { return [] }
        let addresses = try? EventLoop.run { loop in
            await withTaskGroup(of: [Address].self) { group in
                group.addTask { (try? await read(kind, settings)) ?? [] }
                group.addTask {
                    // The limit itself: a person at a prompt waits for no ZooKeeper.
                    try? await loop.sleep(for: limit)
                    return []
                }
                defer { group.cancelAll() }
                return await group.next() ?? []
            }
        }
        return (addresses ?? []).map(\.description)
    }

    private static func read(_ kind: Kind, _ settings: RegistrySettings) async throws -> [Address] {
        let registry = try await Registry.look(settings, within: limit)
        async let recorded = registry.record()?.address
        async let registrations = registry.registrations(below: registry.paths.members)
        let live = Set(try await registrations.filter(\.isLeased).map(\.address))
        let master = try? await recorded
        let others = live.filter { $0 != master }.sorted()
        return kind == .servers ? (master.map { [$0] } ?? []) + others : others
    }
}
