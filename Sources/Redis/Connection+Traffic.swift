import Glibc

/// Writing, reading and pairing replies with commands, on the loop's thread.
extension Connection {
    func submit(
        _ commands: [[String]], until deadline: ContinuousClock.Instant, renaming: Bool = true
    ) throws(RedisError) -> [Promise<Result<Reply, RedisError>>] {
        if case .over(let error) = phase { throw commands.first.map { error.during(commandName($0)) } ?? error }
        if Task.isCancelled { throw commands.first.map { cancelled($0) } ?? .cancelled(endpoint) }
        // One call may be of any size; what is bounded is how many calls wait behind a peer that takes nothing.
        if unsent.count - sent > replyLimit {
            let message = "the peer takes no commands: more than \(replyLimit) bytes wait to be sent"
            let error = RedisError(.timedOut, endpoint: endpoint, message: message)
            finish(error)
            throw error
        }
        let promises = commands.map { arguments in
            precondition(!arguments.isEmpty, "a command has a name")
            unsent.append(command: renaming ? names.renamed(arguments) : arguments)
            return expect(commandName(arguments), isSecret: bearsSecret(arguments), until: deadline)
        }
        flush()
        return promises
    }

    /// Queues a place for one reply, whose deadline is watched from now on.
    @discardableResult
    func expect(
        _ name: String, isSecret: Bool = false, until deadline: ContinuousClock.Instant
    ) -> Promise<Result<Reply, RedisError>> {
        let promise = Promise<Result<Reply, RedisError>>()
        pending.append(Pending(name: name, isSecret: isSecret, deadline: deadline, promise: promise))
        arm(deadline)
        return promise
    }

    func handle(_ readiness: Readiness) {
        if readiness.contains(.closing) { return finish(.loopClosed(endpoint)) }
        guard let socket else { return }
        if case .connecting(let promise) = phase {
            guard readiness.contains(.writable) else { return }
            let code = socket.connected()
            if code == ECONNRESET { return finishUnopened(promise) }
            guard code == 0 else { return finish(RedisError(errno: code, endpoint: endpoint, connecting: true)) }
            // A connect that was cancelled in this very moment is ended by its waiter.
            phase = .open
            socket.watch(.readable)
            promise.fulfil(nil)
            return
        }
        if readiness.contains(.readable) { _ = receive() }
        if readiness.contains(.writable) { flush() }
    }

    /// The peer took the connection and reset it before we saw it open.
    private func finishUnopened(_ promise: Promise<RedisError?>) {
        phase = .open
        finishWithLastWords(ECONNRESET)
        if case .over(let error) = phase { promise.fulfil(error) }
    }

    func flush() {
        guard let socket, !unsent.isEmpty else { return }
        let result = unsent.withUnsafeBytes { socket.send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
        switch result {
        case .success(let count):
            sent += count
            let isDone = sent == unsent.count
            if isDone {
                unsent = []
                sent = 0
            } else if sent > unsent.count / 2 {
                unsent.removeFirst(sent)
                sent = 0
            }
            guard isDone == awaitsRoom else { return }
            awaitsRoom = !isDone
            socket.watch(isDone ? .readable : [.readable, .writable])
        case .failure(let error):
            finishWithLastWords(error.number)
        }
    }

    /// A server that turns a client away says why, then closes: that line came before the failure.
    private func finishWithLastWords(_ code: Int32) {
        while receive() {}
        finish(RedisError(errno: code, endpoint: endpoint, connecting: false))
    }

    /// Reads at most 16 KiB, so that a flood on one connection doesn't hold up the others: the loop comes back for the rest.
    /// Returns whether there may be more.
    private func receive() -> Bool {
        guard let socket, let buffer = loop.openPoll?.scratch else { return false }
        switch socket.receive(buffer) {
        case .success(nil): return false
        case .success(0?):
            finish(RedisError(.closed, endpoint: endpoint, message: "the peer ended the connection"))
        case .success(let count?):
            parse(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        case .failure(let error):
            finish(RedisError(errno: error.number, endpoint: endpoint, connecting: false))
        }
        return self.socket != nil
    }

    private func parse(_ bytes: UnsafeRawBufferPointer) {
        let parser = parser ?? ReplyParser(limit: replyLimit)
        self.parser = parser
        parser.feed(bytes)
        while socket != nil {
            switch parser.next() {
            case .reply(let reply): deliver(reply)
            case .needMore: return
            case .failure(let reason):
                finish(RedisError(.notRedis, endpoint: endpoint, message: printable(reason)))
            }
        }
    }

    private func deliver(_ reply: Reply) {
        if let subscriber, let message = Message(reply) { return subscriber(.success(message)) }
        guard let entry = pending.popFirst() else { return finish(unasked(reply)) }
        hasAnswered = true
        if case .error(let line) = reply {
            var error = RedisError(line: line, endpoint: endpoint, command: entry.name)
            if error.code == .denied { error.user = user }
            entry.promise.fulfil(.failure(entry.isSecret ? error.withoutText : error))
        } else {
            entry.promise.fulfil(.success(reply))
        }
    }

    /// As whom the server knows us: until it is told, that is the default user.
    private var user: String { (hasAuthenticated ? credentials?.username : nil) ?? "default" }

    /// Redis turns a client away (protected mode, too many clients) with an error line before any command; nothing else
    /// comes unasked.
    private func unasked(_ reply: Reply) -> RedisError {
        if case .error(let line) = reply, !hasAnswered {
            let error = RedisError(line: line, endpoint: endpoint, command: nil)
            if error.code == .denied { return error }
        }
        return RedisError(.notRedis, endpoint: endpoint, message: "a reply that nobody asked for")
    }
}
