import Runtime
import Vocabulary

extension Connection {
    /// Sends one command (name and arguments; never empty) and returns its reply. A server that asks who we are is
    /// told, as `pipeline` does.
    ///
    /// Throws `.denied`, `.loading` or `.server` for an error reply, and `.timedOut`, `.closed`, `.notRedis` or
    /// `.cancelled` when there is none: the command may have been carried out all the same.
    ///
    /// - Parameter renaming: whether it is sent under the name that it has on this connection's server; false for a
    ///   command to a sentinel, whose names nobody can change.
    public func command(
        _ arguments: [String], within limit: Duration, renaming: Bool = true
    ) async throws(RedisError) -> Reply {
        try await pipeline([arguments], within: limit, renaming: renaming)[0].get()
    }

    /// Sends several commands in one write, and returns their replies in order, an error reply as that command's
    /// failure.
    ///
    /// Where the server asks who we are, and there are credentials that it has not been given yet, it gets them, and
    /// the commands from the first that it refused on once more, in one write: those behind it may be carried out
    /// twice.
    ///
    /// Throws only when nothing was written, because the connection is over or the task cancelled; a connection that
    /// ends meanwhile fails the commands that had no reply by then.
    ///
    /// - Parameter renaming: as for `command`.
    public func pipeline(
        _ commands: [[String]], within limit: Duration, renaming: Bool = true
    ) async throws(RedisError) -> [Result<Reply, RedisError>] {
        let deadline = ContinuousClock.now + limit
        let wasAuthenticated = hasAuthenticated
        let results = try await exchange(commands, until: deadline, renaming: renaming)
        guard !wasAuthenticated, let first = results.firstIndex(where: { isQuestion($0) }) else { return results }
        let rest = Array(commands[first...])
        do {
            return results[..<first] + (try await authenticated(rest, until: deadline, renaming: renaming))
        } catch {
            return results[..<first] + rest.map { .failure(error.during(commandName($0))) }
        }
    }
}

/// A password goes to a server that asks for one, and to no other: whoever took a port need not even be told that there
/// is one.
extension Connection {
    /// Writes these commands and waits for their replies.
    private func exchange(
        _ commands: [[String]], until deadline: ContinuousClock.Instant, renaming: Bool
    ) async throws(RedisError) -> [Result<Reply, RedisError>] {
        let promises = try submit(commands, until: deadline, renaming: renaming)
        // Replies come in order: with the last one all are there, for one wait.
        if let promise = promises.last, let arguments = commands.last {
            _ = await promise.value(ifCancelled: .failure(cancelled(arguments)))
        }
        var results: [Result<Reply, RedisError>] = []
        results.reserveCapacity(promises.count)
        for (promise, arguments) in zip(promises, commands) {
            results.append(await promise.value(ifCancelled: .failure(cancelled(arguments))))
        }
        return results
    }

    /// Whether this is how a server asks who we are: it wants a password, or its default user may not do what another,
    /// whom we have a name for, may.
    func isQuestion(_ result: Result<Reply, RedisError>) -> Bool {
        guard let credentials, case .failure(let error) = result, error.code == .denied else { return false }
        return error.prefix == "NOAUTH" || error.prefix == "NOPERM" && credentials.username != nil
    }

    /// Says who we are, and writes these commands right behind it. Where another task has said so meanwhile, they alone
    /// are written again.
    /// - Throws: how the server answered to the password, where it did not take it.
    private func authenticated(
        _ commands: [[String]], until deadline: ContinuousClock.Instant, renaming: Bool
    ) async throws(RedisError) -> [Result<Reply, RedisError>] {
        guard let authentication = authentication() else {
            return try await exchange(commands, until: deadline, renaming: renaming)
        }
        var results = try await exchange([authentication] + commands, until: deadline, renaming: renaming)
        if case .failure(let error) = results[0], error.isLockout, let password = authentication.last,
            credentials?.password.isOther(than: password) ?? false, let next = self.authentication(again: true)
        {
            results = try await exchange([next] + commands, until: deadline, renaming: renaming)
        }
        _ = try results[0].get()
        return Array(results.dropFirst())
    }
}

/// Commands that every kind of server answers. Each throws `.unexpectedReply` for a reply of the wrong shape, beside
/// what `command` throws.
extension Connection {
    /// `PING`. Sentinel answers it too.
    public func ping(within limit: Duration) async throws(RedisError) {
        let reply = try await command(["PING"], within: limit)
        guard reply.text == "PONG" else { throw unexpected(reply, "PING") }
    }

    /// `ROLE`.
    public func role(within limit: Duration) async throws(RedisError) -> Role {
        let reply = try await command(["ROLE"], within: limit)
        guard let role = Role(reply) else { throw unexpected(reply, "ROLE") }
        return role
    }

    /// `INFO` of these sections, in one moment; of the default ones where none is named. Several at once need Redis 7.
    /// - Parameter renaming: as for `command`.
    public func info(
        _ sections: [String] = [], within limit: Duration, renaming: Bool = true
    ) async throws(RedisError) -> Info {
        Info(try infoText(try await command(["INFO"] + sections, within: limit, renaming: renaming)))
    }

    /// Sections of `INFO` and one parameter of `CONFIG GET`, asked in one write, right behind `command` where there is
    /// one. The value is nil where the server doesn't tell it: renamed commands and users who may not ask are common.
    public func infoAndConfig(
        _ sections: [String], _ parameter: String, after command: [String]? = nil, within limit: Duration
    ) async throws(RedisError) -> (info: Info, value: String?) {
        let questions = sections.map { ["INFO", $0] } + [["CONFIG", "GET", parameter]]
        let replies = try await pipeline((command.map { [$0] } ?? []) + questions, within: limit)
        if command != nil { _ = try replies[0].get() }
        var text: [UInt8] = []
        for reply in replies.suffix(questions.count).dropLast() { text += try infoText(try reply.get()) }
        return (Info(text), replies.last.flatMap { try? $0.get() }?.fields?[parameter])
    }

    private nonisolated func infoText(_ reply: Reply) throws(RedisError) -> [UInt8] {
        guard case .string(let bytes) = reply else { throw unexpected(reply, "INFO") }
        return bytes
    }

    /// Says what kind of reply it was, not what was in it: that may be a secret.
    nonisolated func unexpected(_ reply: Reply, _ command: String) -> RedisError {
        let kind =
            switch reply {
            case .string: "a string"
            case .status: "a status"
            case .error: "an error"
            case .integer: "an integer"
            case .array: "an array of another shape"
            case .null: "nothing"
            }
        return RedisError(.unexpectedReply, address: address, command: command, message: "answered with \(kind)")
    }
}
