import Glibc
package import Support

/// Writes `key:1`, `key:2` and so on, as one command.
package func fill(
    _ port: Int, keys: Int, prefix: String = "key", at host: String = "127.0.0.1", password: String? = nil
) async throws {
    let set = "redis.call('SET', '\(prefix):' .. i, 'value ' .. i)"
    let script = "for i = 1, \(keys) do \(set) end return redis.call('DBSIZE')"
    let answer = try await redis(port, "EVAL", script, "0", at: host, password: password, within: .seconds(30))
    guard let count = Int(answer), count >= keys else { throw TestFailure("\(port) answered \(answer)") }
}

/// Ends a server after it has written its data to its RDB file.
package func stopSaving(_ server: Launched) async throws {
    _ = try? await server.ask("SHUTDOWN", "SAVE")
    let code = try await server.process.wait()
    guard code == 0 else { throw TestFailure("\(server.port) ended with \(code): \(server.process.text)") }
}
