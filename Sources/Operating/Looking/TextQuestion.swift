import Glibc
import Runtime

/// One question over TCP whose answer is text until the peer closes: ZooKeeper's four-letter words, HTTP.
struct TextQuestion: Sendable {
    enum Answer: Equatable, Sendable {
        /// All that came, which may be nothing.
        case said(String)
        case refused, silent
        /// In the system's words.
        case unresolved(String)
        case unreachable(String)
    }

    let loop: EventLoop
    /// How long all of it may take.
    let limit: Duration
    /// More is not read: whoever answers may be anybody.
    private static let byteLimit = 1_048_576

    func ask(_ host: String, _ port: Int, _ text: String) async -> Answer {
        let end = ContinuousClock.now + limit
        let places: [SocketAddress]
        do throws(Resolver.Failure) {
            places = try await Resolver.shared.addresses(of: host, port: port, on: loop, within: limit)
        } catch {
            switch error {
            case .unresolved(let why), .unasked(let why): return .unresolved(why)
            default: return .unresolved("it could not be looked up")
            }
        }
        var answer = Answer.unresolved("it has no address")
        for (index, place) in places.enumerated() {
            let now = ContinuousClock.now
            answer = await ask(place, text, until: now + (end - now) / (places.count - index))
            if case .said = answer { return answer }
        }
        return answer
    }

    private func ask(_ place: SocketAddress, _ text: String, until end: ContinuousClock.Instant) async -> Answer {
        let exchange = Exchange(Array(text.utf8))
        let loop = loop
        loop.perform { exchange.begin(with: place, on: loop, until: end) }
        let answer = await exchange.answer.value(ifCancelled: .silent)
        exchange.end()
        return answer
    }

    /// The connection, on its loop.
    private final class Exchange: Sendable {
        private struct State {
            var socket: Socket?
            var isConnected = false
            var got: [UInt8] = []
        }

        let answer = Promise<Answer>()
        private let request: [UInt8]
        private let state = Protected(State())

        init(_ request: [UInt8]) { self.request = request }

        func begin(with place: SocketAddress, on loop: EventLoop, until end: ContinuousClock.Instant) {
            do throws(SystemFailure) {
                let socket = try Socket(connectingTo: place, on: loop) { [weak self] in self?.handle($0) }
                state.withLock { $0.socket = socket }
            } catch {
                answer.fulfil(.unreachable(lastError(error.number)))
                return
            }
            _ = loop.at(end) { [weak self] in self?.expire() }
        }

        func end() { state.withLock { $0.socket = nil } }

        /// What came by then is an answer, as of who does not close.
        private func expire() {
            let (isConnected, got) = state.withLock { ($0.isConnected, $0.got) }
            answer.fulfil(isConnected && !got.isEmpty ? .said(Self.text(got)) : .silent)
        }

        private func handle(_ readiness: Readiness) {
            guard let socket = state.withLock({ $0.socket }) else { return }
            if readiness.contains(.writable), !state.withLock({ $0.isConnected }) {
                let code = socket.connected()
                guard code == 0 else {
                    answer.fulfil(code == ECONNREFUSED ? .refused : .unreachable(lastError(code)))
                    return
                }
                state.withLock { $0.isConnected = true }
                // So short a request finds room in any socket that is new.
                _ = request.withUnsafeBytes { socket.send($0) }
                socket.watch(.readable)
            }
            guard !readiness.isDisjoint(with: [.readable, .closing]) else { return }
            switch socket.receive() {
            case .success(nil): break
            case .success(let bytes?) where bytes.isEmpty: finish()
            case .success(let bytes?):
                let count = state.withLock { state in
                    state.got += bytes
                    return state.got.count
                }
                if count > TextQuestion.byteLimit { finish() }
            case .failure: finish()
            }
        }

        private func finish() { answer.fulfil(.said(Self.text(state.withLock { $0.got }))) }

        private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    }
}
