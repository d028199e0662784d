import HummingbirdCore
import NIOCore
import Runtime

/// Connections that were accepted and are served by nobody yet.
///
/// SwiftNIO ends the process where such a connection is dropped without having been served
/// (https://github.com/apple/swift-nio/issues/2637), as a server does that is cancelled while some wait for their turn.
final class UnservedConnections: Sendable {
    private struct State {
        var waiting: [ObjectIdentifier: HTTP1Channel.Value] = [:]
        var isOver = false
    }

    private let state = Protected(State())

    func add(_ connection: HTTP1Channel.Value) {
        let isOver = state.withLock { state in
            if !state.isOver { state.waiting[ObjectIdentifier(connection.channel)] = connection }
            return state.isOver
        }
        if isOver { Task { await Self.close(connection) } }
    }

    func remove(_ connection: HTTP1Channel.Value) {
        state.withLock { _ = $0.waiting.removeValue(forKey: ObjectIdentifier(connection.channel)) }
    }

    /// Closes those that wait, and each that is added from here on.
    func closeAll() async {
        let waiting = state.withLock { state in
            state.isOver = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for connection in waiting { await Self.close(connection) }
    }

    private static func close(_ connection: HTTP1Channel.Value) async {
        // Its client may have closed it already.
        try? await connection.executeThenClose { _, _ in }
    }
}
