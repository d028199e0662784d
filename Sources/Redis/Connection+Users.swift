/// Questions about users (https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl).
extension Connection {
    /// The SHA-256 of each password that a user may log in with, in hexadecimal digits; none where there is no such
    /// user, or it needs none.
    public func passwords(of user: String, within limit: Duration) async throws(RedisError) -> Set<String> {
        let reply = try await command(["ACL", "GETUSER", user], within: limit)
        guard reply != .null else { return [] }
        guard let list = reply.list, let at = list.firstIndex(where: { $0.text == "passwords" }), at + 1 < list.count,
            let hashes = list[at + 1].list
        else { throw unexpected(reply, "ACL GETUSER") }
        return Set(hashes.compactMap(\.text))
    }
}
