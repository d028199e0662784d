import Glibc
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// A connection of Hummingbird's, held to our limits.
struct GuardedChannel: ServerChildChannel {
    private let http: HTTP1Channel
    private let ledger: ConnectionLedger
    private let unserved: UnservedConnections

    init(
        _ responder: @escaping HTTPChannelHandler.Responder, _ ledger: ConnectionLedger, _ unserved: UnservedConnections
    ) {
        let decoding = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: HTTPLimits.headerBytes, maxHeaderListSize: HTTPLimits.headerBytes,
            maxHeaderFieldCount: 100)
        http = HTTP1Channel(responder: responder, configuration: .init(httpDecoderConfiguration: decoding))
        self.ledger = ledger
        self.unserved = unserved
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let ledger = ledger
        let isAdmitted = ledger.admit(channel)
        bound(channel)
        return http.setup(channel: channel, logger: logger).flatMapThrowing { [unserved] value in
            unserved.add(value)
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(ConnectionGuard(ledger, isAdmitted: isAdmitted), position: .after(parser))
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        unserved.remove(value)
        await http.handle(value: value, logger: logger)
    }

    /// What a client doesn't take fills the kernel's buffers before ours, and that shows here only much later; so the
    /// kernel ends it (tcp(7), TCP_USER_TIMEOUT). Where it takes neither, our own limits are left.
    private func bound(_ channel: any Channel) {
        let milliseconds = Int(ledger.currentLimits.stallTime / .milliseconds(1))
        let options: [(NIOBSDSocket.OptionLevel, NIOBSDSocket.Option, Int)] = [
            (.socket, .so_sndbuf, HTTPLimits.sendBuffer),
            (.tcp, NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT), milliseconds),
        ]
        for (level, name, value) in options {
            _ = channel.setOption(ChannelOptions.Types.SocketOption(level: level, name: name), value: value)
        }
    }
}
