public import Runtime
public import ZooKeeper

extension Session {
    /// Returns once the session is over: ZooKeeper has ended it, or there was no connection for as long as a server
    /// keeps a session. Servers that lost their data never end it: they turn a client away that has seen later
    /// transactions than they have, and the client comes back for ever.
    public func ended(on loop: EventLoop) async throws {
        while true {
            try Task.checkCancellation()
            // The present state comes first, so that nothing is missed between two looks.
            for await state in states() where state != .connected {
                guard state == .connecting else { return }
                break
            }
            let isBack = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    for await state in self.states() where state != .connecting { break }
                    return true
                }
                group.addTask {
                    try await loop.sleep(for: self.negotiatedTimeout)
                    return false
                }
                defer { group.cancelAll() }
                return try await group.next()!
            }
            guard isBack else { return }
        }
    }
}
