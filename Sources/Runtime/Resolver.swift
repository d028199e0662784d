import Glibc

/// Turns host names into addresses off every loop: `getaddrinfo` blocks, for half a minute when name servers are
/// silent.
///
/// Equal names are looked up once for all who wait, on at most eight threads that end when nothing is left to look up:
/// an outage of the name service costs eight threads, not one for each attempt.
package final class Resolver: Sendable {
    typealias Answer = Result<[SocketAddress], Failure>

    /// Why a name has no addresses.
    package enum Failure: Error, Equatable {
        /// It has none, or nobody said so in time: in words.
        case unresolved(String)
        /// This machine could not ask: in words, or as an `errno` (`isLack`).
        case unasked(String)
        case lacking(Int32)
        case loopClosed
        case cancelled
    }

    /// What is looked up.
    struct Question: Hashable {
        var host: String
        var port: Int
    }

    package static let shared = Resolver()
    private static let mostThreads = 8

    private struct State {
        var queue = Queue<Question>()
        var waiting: [Question: [Promise<Answer>]] = [:]
        var threads = 0
    }

    private let state = Protected(State())
    private let lookUp: @Sendable (Question) -> Answer

    init(_ lookUp: @escaping @Sendable (Question) -> Answer = systemLookUp) { self.lookUp = lookUp }

    /// The addresses to try, in order: at once for an IP literal, else what the system's resolver says.
    package func addresses(
        of host: String, port: Int, on loop: EventLoop, within limit: Duration
    ) async throws(Failure) -> [SocketAddress] {
        guard (1...65_535).contains(port) else { throw .unresolved("the port is not in 1-65535") }
        // C would read the name up to there.
        guard !host.utf8.contains(0) else { throw .unresolved("the host name holds a NUL") }
        if let address = SocketAddress(literal: host, port: port) { return [address] }
        let promise = Promise<Answer>()
        add(Question(host: host, port: port), promise)
        let deadline = ContinuousClock.now + limit
        let late = Failure.unresolved("no answer from the name service in \(limit)")
        loop.perform {
            guard let poll = loop.openPoll else {
                promise.fulfil(.failure(.loopClosed))
                return
            }
            poll.timers.add(poll.newID(), at: deadline) { promise.fulfil(.failure($0 ? late : .loopClosed)) }
        }
        return try await promise.value(ifCancelled: .failure(.cancelled)).get()
    }

    private func add(_ question: Question, _ promise: Promise<Answer>) {
        let isThreadNeeded = state.withLock { state -> Bool in
            if state.waiting[question] == nil { state.queue.append(question) }
            state.waiting[question, default: []].append(promise)
            guard state.threads < Self.mostThreads, !state.queue.isEmpty else { return false }
            state.threads += 1
            return true
        }
        guard isThreadNeeded else { return }
        // 256 KiB: name service modules keep buffers of some KiB on the stack.
        if !startThread(stack: 262_144, { self.work() }) {
            state.withLock { $0.threads -= 1 }
            finish(question, .failure(.unasked("no thread to look the name up")))
        }
    }

    private func work() {
        while true {
            let question = state.withLock { state -> Question? in
                let next = state.queue.popFirst()
                if next == nil { state.threads -= 1 }
                return next
            }
            guard let question else { return }
            finish(question, lookUp(question))
        }
    }

    private func finish(_ question: Question, _ answer: Answer) {
        let waiting = state.withLock { $0.waiting.removeValue(forKey: question) ?? [] }
        for promise in waiting { promise.fulfil(answer) }
    }
}

/// `getaddrinfo` for TCP; only families that this machine has an address of.
private func systemLookUp(_ question: Resolver.Question) -> Resolver.Answer {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(question.host, "\(question.port)", &hints, &list)
    let number = errno
    defer { if let list { freeaddrinfo(list) } }
    guard code == 0 else {
        // Without a descriptor or memory, no name server was asked.
        if code == EAI_SYSTEM, isLack(number) {
            return .failure(.lacking(number))
        }
        let reason = String(cString: gai_strerror(code))
        return .failure(code == EAI_MEMORY ? .unasked(reason) : .unresolved(reason))
    }
    var addresses: [SocketAddress] = []
    var entry = list
    while let info = entry?.pointee {
        if let address = info.ai_addr { addresses.append(SocketAddress(address, length: Int(info.ai_addrlen))) }
        entry = info.ai_next
    }
    return .success(addresses)
}
