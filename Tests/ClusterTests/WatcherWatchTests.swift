import Cluster
import Runtime
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// Whatever changes after a look is told.
@Suite(.inTurn) struct WatcherWatchTests {
    /// A change, and where it is told of.
    struct Change: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind: WatchEvent.Kind
        /// Below the root.
        var path: String
        var make: @Sendable (Place) async throws -> Void

        init(
            _ name: String, _ kind: WatchEvent.Kind, _ path: String,
            make: @escaping @Sendable (Place) async throws -> Void
        ) {
            testDescription = name
            self.kind = kind
            self.path = path
            self.make = make
        }
    }

    static let changes = [
        Change("master set", .changed, "master") { try await $0.witness.set($0.paths.master, Array("h 1".utf8)) },
        Change("master deleted", .deleted, "master") { try await $0.witness.delete($0.paths.master) },
        Change("member comes", .children, "members") { try await $0.put($0.paths.member("new"), "h 1", .ephemeral) },
        Change("member goes", .children, "members") { try await $0.witness.delete($0.paths.member("old")) },
        Change("member moves", .changed, "members/old") {
            try await $0.witness.set($0.paths.member("old"), Array("h 1".utf8))
        },
        Change("sentinel comes", .children, "sentinels") { try await $0.put($0.paths.sentinel("new"), "h 1") },
        Change("sentinel goes", .children, "sentinels") { try await $0.witness.delete($0.paths.sentinel("old")) },
        Change("sentinel moves", .changed, "sentinels/old") {
            try await $0.witness.set($0.paths.sentinel("old"), Array("h 1".utf8))
        },
        Change("watcher comes", .children, "watchers") { try await $0.put($0.paths.watcherPrefix + "x", "h 1") },
        Change("watcher goes", .children, "watchers") {
            try await $0.witness.delete($0.paths.watcherPrefix + "0000000000")
        },
        Change("pause changes", .changed, "paused") { try await $0.witness.set($0.paths.paused, []) },
        Change("pause ends", .deleted, "paused") { try await $0.witness.delete($0.paths.paused) },
    ]

    @Test(arguments: changes) func a_change_of_what_is_there(_ change: Change) async throws {
        try await Place.claimed { (place) async throws in
            for path in [place.paths.member("old"), place.paths.sentinel("old")] { try await place.put(path, "h 9") }
            try await place.put(place.paths.watcherPrefix, "h 9", .ephemeralSequential)
            try await place.put(place.paths.paused, "{}")
            try await told(change, place)
        }
    }

    static let creations = [
        Change("master", .created, "master") { try await $0.put($0.paths.master, "h 1") },
        Change("members", .created, "members") { try await $0.put($0.paths.member("m"), "h 1") },
        Change("sentinels", .created, "sentinels") { try await $0.put($0.paths.sentinel("s"), "h 1") },
        Change("watchers", .created, "watchers") { try await $0.put($0.paths.watcherPrefix, "h 1") },
        Change("pause", .created, "paused") { try await $0.put($0.paths.paused, "{}") },
    ]

    @Test(arguments: creations) func a_creation_of_what_is_not(_ change: Change) async throws {
        try await Place.with { place in try await told(change, place) }
    }

    /// Twice: a watch fires once, and the next look sets it again.
    private func told(_ change: Change, _ place: Place) async throws {
        let root = place.root
        let before = try await place.tree()
        let seen = Protected<[WatchEvent]>([])
        let changes = place.registry.session.changes()
        let reader = Task {
            for await event in changes { seen.withLock { $0.append(event) } }
        }
        defer { reader.cancel() }
        let event = WatchEvent(path: "\(root)/\(change.path)", kind: change.kind)
        for round in 1...2 {
            _ = try await place.registry.watcherView()
            #expect(!seen.value.contains(event), "round \(round): told too early")
            try await change.make(place)
            try await eventually("round \(round): \(event) is told") { seen.value.contains(event) }
            guard round == 1 else { continue }
            for path in try await place.tree().keys.sorted().reversed() where before[path] == nil {
                try await place.witness.delete(path)
            }
            for (path, node) in before.sorted(by: { $0.key < $1.key }) where path != root {
                if try await place.witness.exists(path) == nil {
                    let mode: CreateMode = node.stat.ephemeralOwner == 0 ? .persistent : .ephemeral
                    try await place.put(path, node.data, mode)
                }
            }
            // All that this told is read before the next look, which a marker behind it shows.
            _ = try await place.registry.session.exists("\(root)-marker", watch: true)
            try await place.put("\(root)-marker")
            try await eventually("the marker") { seen.value.contains { $0.path == "\(root)-marker" } }
            seen.withLock { $0 = [] }
        }
    }
}
