import NIOCore
import NIOHTTP1

/// Holds one connection to its limits, and ends it after its answer where the client wants that or speaks HTTP/1.0.
///
/// Right behind the parser, where the version is still to be seen. Of one connection, on its loop.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let ledger: ConnectionLedger
    private let limits: HTTPLimits
    private let isAdmitted: Bool
    private var deadline: Scheduled<Void>?
    private var stall: Scheduled<Void>?
    /// Requests whose answer is not complete.
    private var open = 0
    /// Whether a request has begun and is not complete; it may be answered already.
    private var isReading = false
    private var closes = false
    private var version = HTTPVersion.http1_1

    init(_ ledger: ConnectionLedger, isAdmitted: Bool) {
        self.ledger = ledger
        self.isAdmitted = isAdmitted
        limits = ledger.currentLimits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        wait(limits.requestTime, context)
        if context.channel.isActive { turnAwayUnlessAdmitted(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        stall?.cancel()
    }

    func channelActive(context: ChannelHandlerContext) {
        turnAwayUnlessAdmitted(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard isAdmitted else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            open += 1
            isReading = true
            ledger.note(context.channel, isBusy: true)
            wait(limits.requestTime, context)
            version = head.version
            closes =
                closes || head.version.isOld
                || head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
            // What reads the requests looks for this very form, and reads none after it.
            if closes { head.headers.replaceOrAdd(name: "connection", value: "close") }
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body: context.fireChannelRead(data)
        case .end:
            isReading = false
            // The answer has no limit; where it came before, the connection is idle from here on.
            if open > 0 { deadline?.cancel() } else if !closes { wait(limits.idleTime, context) }
            context.fireChannelRead(data)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if version.isOld { head.version = version }
            if head.headers[canonicalForm: "connection"].contains("close") { closes = true }
            if closes { head.headers.replaceOrAdd(name: "connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            open = max(0, open - 1)
            context.write(data, promise: promise)
            guard open == 0 else { return }
            ledger.note(context.channel, isBusy: false)
            wait(closes ? limits.lingerTime : isReading ? limits.requestTime : limits.idleTime, context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        if !context.channel.isWritable { stall = close(context, after: limits.stallTime) }
        context.fireChannelWritabilityChanged()
    }

    private func wait(_ time: Duration, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = close(context, after: time)
    }

    private func close(_ context: ChannelHandlerContext, after time: Duration) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
    }

    private func turnAwayUnlessAdmitted(_ context: ChannelHandlerContext) {
        guard !isAdmitted else { return }
        let headers: HTTPHeaders = ["connection": "close", "content-length": "0", "retry-after": "1"]
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .serviceUnavailable, headers: headers))),
            promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}

extension HTTPVersion {
    /// Before HTTP/1.1 there are no chunks, and a connection ends with its answer.
    fileprivate var isOld: Bool { major < 1 || major == 1 && minor < 1 }
}
