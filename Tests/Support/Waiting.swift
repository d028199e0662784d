/// Asks until there is an answer, every 5 ms at first, every 50 ms later; throws when `limit` is over. Where nothing
/// else is said that is long enough for any machine: a test tells by the event, and not by how soon it comes.
@discardableResult
public func eventually<Value>(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(60),
    _ answer: () async throws -> Value?
) async throws -> Value {
    let start = ContinuousClock.now
    var pause = Duration.milliseconds(5)
    while true {
        if let value = try await answer() { return value }
        guard ContinuousClock.now - start < limit else { throw TestFailure("not within \(limit): \(what())") }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(50))
    }
}

/// The same for a condition.
public func eventually(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(60),
    _ condition: () async throws -> Bool
) async throws {
    _ = try await eventually(what(), within: limit) { try await condition() ? true : nil }
}
