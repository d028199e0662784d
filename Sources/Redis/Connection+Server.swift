/// Commands that every kind of server answers. Each throws `.unexpectedReply` for a reply of the wrong shape, beside what
/// `command` throws.
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

    /// Sections of `INFO` and one parameter of `CONFIG GET`, asked in one write, right behind `command` where there is one. The
    /// value is nil where the server doesn't tell it: renamed commands and users who may not ask are common.
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
        return RedisError(.unexpectedReply, endpoint: endpoint, command: command, message: "answered with \(kind)")
    }
}
