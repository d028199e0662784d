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
    public func info(_ sections: [String] = [], within limit: Duration) async throws(RedisError) -> Info {
        try info(try await command(["INFO"] + sections, within: limit))
    }

    /// `INFO` and one parameter of `CONFIG GET`, asked in one write. The value is nil where the server doesn't tell it:
    /// renamed commands and users who may not ask are common.
    public func infoAndConfig(
        _ parameter: String, within limit: Duration
    ) async throws(RedisError) -> (info: Info, value: String?) {
        let replies = try await pipeline([["INFO"], ["CONFIG", "GET", parameter]], within: limit)
        return (try info(try replies[0].get()), (try? replies[1].get())?.fields?[parameter])
    }

    private nonisolated func info(_ reply: Reply) throws(RedisError) -> Info {
        guard case .string(let bytes) = reply else { throw unexpected(reply, "INFO") }
        return Info(bytes)
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
