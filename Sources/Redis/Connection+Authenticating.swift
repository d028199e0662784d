/// A password goes to a server that asks for one, and to no other: whoever took a port need not even be told that there is one.
extension Connection {
    /// Writes these commands and waits for their replies.
    func exchange(
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

    /// Whether this is how a server asks who we are: it wants a password, or its default user may not do what another, whom
    /// we have a name for, may.
    func isQuestion(_ result: Result<Reply, RedisError>) -> Bool {
        guard let credentials, case .failure(let error) = result, error.code == .denied else { return false }
        return error.prefix == "NOAUTH" || error.prefix == "NOPERM" && credentials.username != nil
    }

    /// Says who we are, and writes these commands right behind it. Where another task has said so meanwhile, they alone are
    /// written again.
    /// - Throws: how the server answered to the password, where it did not take it.
    func authenticated(
        _ commands: [[String]], until deadline: ContinuousClock.Instant, renaming: Bool
    ) async throws(RedisError) -> [Result<Reply, RedisError>] {
        guard let authentication = authentication() else {
            return try await exchange(commands, until: deadline, renaming: renaming)
        }
        let results = try await exchange([authentication] + commands, until: deadline, renaming: renaming)
        _ = try results[0].get()
        return Array(results.dropFirst())
    }

    /// The command that says who we are, the one time that it is sent.
    func authentication() -> [String]? {
        guard let credentials, !hasAuthenticated else { return nil }
        hasAuthenticated = true
        return credentials.command
    }
}
