import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import Runtime
import Support
import Testing
import Throttle

@testable import Watching

/// Connections that were accepted and whose turn never came, because the watcher ends.
@Suite("Unserved connections", .inTurn) struct UnservedTests {
    private let unserved = UnservedConnections()

    /// SwiftNIO would end the process.
    @Test func whoWaitsForItsTurnIsClosed() async throws {
        let waiting = try await accepted()
        #expect(waiting.isActive)
        await unserved.closeAll()
        try await waiting.closeFuture.get()
        let late = try await accepted()
        try await late.closeFuture.get()
    }

    @Test func whoIsServedIsLeftAlone() async throws {
        let isServed = Protected(false)
        let channel = try await accepted { _, _, _ in
            isServed.withLock { $0 = true }
            // In use until the test ends: closing it cancels this.
            try await Task.sleep(for: .seconds(60))
        } served: {
            await $0.handle(value: $1, logger: Self.logger)
        }
        try await channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
        try await eventually("it is served") { isServed.withLock(\.self) }
        await unserved.closeAll()
        #expect(channel.isActive)
        try await channel.close()
    }

    private static let logger = Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() })

    /// - Parameter served: what is done with it; nothing without it.
    private func accepted(
        _ responder: @escaping HTTPChannelHandler.Responder = { _, _, _ in },
        served: (@Sendable (GuardedChannel, GuardedChannel.Value) async -> Void)? = nil
    ) async throws -> NIOAsyncTestingChannel {
        let ledger = ConnectionLedger { HTTPLimits(connections: 4) }
        let guarded = GuardedChannel(responder, ledger, unserved)
        let channel = NIOAsyncTestingChannel()
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1))
        let value = try await channel.eventLoop.flatSubmit { guarded.setup(channel: channel, logger: Self.logger) }
            .get()
        if let served { Task { await served(guarded, value) } }
        return channel
    }
}
