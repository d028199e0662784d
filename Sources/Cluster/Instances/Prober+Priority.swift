public import Redis
import Succession
import Vocabulary

/// `replica-priority` as Interrex sets it: 0 as long as a replica must not be promoted, with a word behind the server's
/// mark that says which one it gets back. Whoever reads that word may give it back.
extension Prober {
    private static let (priority, title) = ("replica-priority", "proc-title-template")

    /// Keeps a replica from being promoted. Returns the priority that it is to get back; nil where the 0 is the user's.
    ///
    /// May be asked again: the answer to an earlier time may have been lost on its way.
    public func withdrawPriority(over connection: Connection) async throws -> String? {
        let (info, template) = try await connection.infoAndConfig(["replication"], Self.title, within: limit)
        guard let own = info["slave_priority"] else { return nil }
        guard own != "0" else { return template.flatMap(Mark.awaitedPriority(in:)).map(String.init) }
        // The word first: a 0 without it would be the user's.
        try await say(awaiting: Int(own), over: connection)
        try await set(Self.priority, "0", over: connection)
        return own
    }

    public func givePriority(_ value: String, over connection: Connection) async throws {
        try await set(Self.priority, value, over: connection)
        try await say(awaiting: nil, over: connection)
    }

    /// A server whose template is not ours has nothing said of it.
    private func say(awaiting priority: Int?, over connection: Connection) async throws {
        let answer = try await connection.command(["CONFIG", "GET", Self.title], within: limit)
        guard let old = answer.fields?[Self.title], let new = Mark(template: old)?.template(awaiting: priority),
            new != old
        else {
            return
        }
        try await set(Self.title, new, over: connection)
    }

    private func set(_ parameter: String, _ value: String, over connection: Connection) async throws {
        _ = try await connection.command(["CONFIG", "SET", parameter, value], within: limit)
    }
}
