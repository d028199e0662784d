import Glibc

/// Turns host names into addresses off every loop: `getaddrinfo` blocks, for half a minute when name servers are silent.
///
/// Equal names are looked up once for all who wait, on at most eight threads that end when nothing is left to look up:
/// an outage of the name service costs eight threads, not one for each attempt.
final class Resolver: Sendable {
    typealias Answer = Result<[SocketAddress], RedisError>

    static let shared = Resolver()
    private static let mostThreads = 8

    private struct State {
        var queue = Queue<Endpoint>()
        var waiting: [Endpoint: [Promise<Answer>]] = [:]
        var threads = 0
    }

    private let state = Protected(State())
    private let lookUp: @Sendable (Endpoint) -> Answer

    init(_ lookUp: @escaping @Sendable (Endpoint) -> Answer = systemLookUp) { self.lookUp = lookUp }

    /// The addresses to try, in order: at once for an IP literal, else what the system's resolver says.
    func addresses(
        of endpoint: Endpoint, on loop: EventLoop, within limit: Duration
    ) async throws(RedisError) -> [SocketAddress] {
        guard (1...65_535).contains(endpoint.port) else {
            throw RedisError(.unresolved, endpoint: endpoint, message: "the port is not in 1-65535")
        }
        // C would read the name up to there.
        guard !endpoint.host.utf8.contains(0) else {
            throw RedisError(.unresolved, endpoint: endpoint, message: "the host name holds a NUL")
        }
        if let address = SocketAddress(literal: endpoint.host, port: endpoint.port) { return [address] }
        let promise = Promise<Answer>()
        add(endpoint, promise)
        let deadline = ContinuousClock.now + limit
        let late = RedisError(.unresolved, endpoint: endpoint, message: "no answer from the name service in \(limit)")
        loop.perform {
            guard let poll = loop.openPoll else {
                promise.fulfil(.failure(.loopClosed(endpoint)))
                return
            }
            poll.timers.add(poll.newID(), at: deadline) {
                promise.fulfil(.failure($0 ? late : .loopClosed(endpoint)))
            }
        }
        return try await promise.value(ifCancelled: .failure(.cancelled(endpoint))).get()
    }

    private func add(_ endpoint: Endpoint, _ promise: Promise<Answer>) {
        let isThreadNeeded = state.withLock { state -> Bool in
            if state.waiting[endpoint] == nil { state.queue.append(endpoint) }
            state.waiting[endpoint, default: []].append(promise)
            guard state.threads < Self.mostThreads, !state.queue.isEmpty else { return false }
            state.threads += 1
            return true
        }
        guard isThreadNeeded else { return }
        // 256 KiB: name service modules keep buffers of some KiB on the stack.
        if !startThread(stack: 262_144, { self.work() }) {
            state.withLock { $0.threads -= 1 }
            let error = RedisError(.system, endpoint: endpoint, message: "no thread to look the name up")
            finish(endpoint, .failure(error))
        }
    }

    private func work() {
        while true {
            let endpoint = state.withLock { state -> Endpoint? in
                let next = state.queue.popFirst()
                if next == nil { state.threads -= 1 }
                return next
            }
            guard let endpoint else { return }
            finish(endpoint, lookUp(endpoint))
        }
    }

    private func finish(_ endpoint: Endpoint, _ answer: Answer) {
        let waiting = state.withLock { $0.waiting.removeValue(forKey: endpoint) ?? [] }
        for promise in waiting { promise.fulfil(answer) }
    }
}

/// `getaddrinfo` for TCP; only families that this machine has an address of.
private func systemLookUp(_ endpoint: Endpoint) -> Resolver.Answer {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(endpoint.host, "\(endpoint.port)", &hints, &list)
    let number = errno
    defer { if let list { freeaddrinfo(list) } }
    guard code == 0 else {
        // Without a descriptor or memory, no name server was asked.
        if code == EAI_SYSTEM, isLack(number) {
            return .failure(RedisError(errno: number, endpoint: endpoint, connecting: true))
        }
        let kind = code == EAI_MEMORY ? RedisError.Code.system : .unresolved
        return .failure(RedisError(kind, endpoint: endpoint, message: String(cString: gai_strerror(code))))
    }
    var addresses: [SocketAddress] = []
    var entry = list
    while let info = entry?.pointee {
        if let address = info.ai_addr { addresses.append(SocketAddress(address, length: Int(info.ai_addrlen))) }
        entry = info.ai_next
    }
    return .success(addresses)
}

extension RedisError {
    static func cancelled(_ endpoint: Endpoint) -> RedisError {
        RedisError(.cancelled, endpoint: endpoint, message: "the task that waited was cancelled")
    }

    static func loopClosed(_ endpoint: Endpoint) -> RedisError {
        RedisError(.closed, endpoint: endpoint, message: "the event loop was closed")
    }
}
