public import Succession
public import Vocabulary
import ZooKeeper

/// `/redis/history`: a log for people, and never in the way of a record.
extension Registry {
    /// The changes of the master, newest last; empty where there are none, or where the node can't be used.
    /// - Throws: `Failure` 69 where ZooKeeper can't be reached, 77 where it does not let us in.
    public func history() async throws -> [HistoryEntry] {
        try await legibleHistory().entries
    }

    /// The same, with what is wrong with the node where it can't be used.
    public func legibleHistory() async throws -> (entries: [HistoryEntry], problem: String?) {
        guard let node = try await node(paths.history) else { return ([], nil) }
        do throws(BadZnode) {
            return (try Self.history(node.data), nil)
        } catch {
            return ([], "\(paths.history) in ZooKeeper can't be used: \(error); the next change begins it anew")
        }
    }

    /// - Throws: `BadZnode` where one entry is not what we write; a node without data is an empty history.
    static func history(_ data: [UInt8]) throws(BadZnode) -> [HistoryEntry] {
        if data.isEmpty { return [] }
        let entries = try decode([HistoryEntry].self, data, limit: HistoryEntry.byteLimit)
        for entry in entries { try entry.validate() }
        return entries.suffix(HistoryEntry.limit)
    }

    /// What puts one more entry into the history.
    struct Addition {
        var operations: [Operation]
        /// What an operator should know of it.
        var problem: String?

        /// The entry is left out.
        static let none = Addition(
            operations: [], problem: "the last change of the master is not in it; check its ACL, and who else writes it"
        )
    }

    /// A history that was not there.
    func beginning(with entry: HistoryEntry) -> Operation {
        .create(paths.history, Self.encode([entry]), .persistent)
    }

    /// Puts the cause of the last change right, where it is `new` in the place of `old`, and another watcher recorded
    /// it for what it looked like. Whatever is in the way leaves it as it is: this is a log.
    public func correctHistory(_ cause: String, of new: Address, after old: Address?, who: String? = nil) async {
        for _ in 0..<3 {
            guard let node = try? await node(paths.history), var entries = try? Self.history(node.data),
                var last = entries.popLast(), last.new == new.description, last.old == old?.description,
                last.cause != cause, Recording.Evidence(rawValue: last.cause)?.isSeen ?? false
            else { return }
            last.cause = cause
            last.who = last.who ?? who
            do {
                try await session.set(paths.history, Self.encode(entries + [last]), version: node.stat.version)
                return
            } catch  where error.code == .badVersion {
                continue
            } catch {
                return
            }
        }
    }

    /// `/redis/history` as it was read; nil where its ACL does not let us.
    public struct HistoryNode: Sendable {
        fileprivate var node: Node?
    }

    /// Reads it for an entry that is to follow.
    /// - Throws: `Failure` 69 where ZooKeeper can't be reached.
    public func historyNode() async throws -> HistoryNode? {
        do {
            return HistoryNode(node: try await session.get(paths.history))
        } catch  where error.code == .noNode {
            return HistoryNode(node: nil)
        } catch  where error.code == .noAuth {
            return nil
        } catch {
            throw Failure(error)
        }
    }

    /// How to put `entry` into the history as it is at this moment. None where its ACL does not let us read it.
    func adding(_ entry: HistoryEntry) async throws -> Addition { adding(entry, to: try await historyNode()) }

    func adding(_ entry: HistoryEntry, to history: HistoryNode?) -> Addition {
        guard let history else { return .none }
        guard let node = history.node else { return Addition(operations: [beginning(with: entry)]) }
        do {
            let entries = try Self.history(node.data) + [entry]
            let data = Self.encode(Array(entries.suffix(HistoryEntry.limit)))
            return Addition(operations: [.set(paths.history, data, version: node.stat.version)])
        } catch {
            let aside = "\(paths.history).aside-\(Timestamp.fileName)"
            return Addition(
                operations: [
                    .create(aside, Array(node.data.prefix(Self.asideLimit)), .persistent),
                    .set(paths.history, Self.encode([entry]), version: node.stat.version),
                ], problem: "\(error); it is kept as \(aside), and begun anew")
        }
    }

    /// How much of an unusable history is kept: what one request takes, less what goes with it.
    private static let asideLimit = Session.maximumRequestSize - 32_768
}

extension HistoryEntry {
    fileprivate func validate() throws(BadZnode) {
        for (name, text, limit) in [("time", time, 40), ("cause", cause, 40), ("by", by, 300)] {
            try Registry.checkLine(text, name, limit: limit)
        }
        if let who { try Registry.checkLine(who, "who", limit: ZnodeText.limit) }
        guard !cause.isEmpty, !cause.contains(" ") else { throw BadZnode("its cause is not one word") }
        guard [new, old].allSatisfy({ $0.map { Address($0) != nil } ?? true }) else {
            throw BadZnode("an entry's address is not host:port")
        }
        guard members >= 0, epoch ?? 0 >= 0, took ?? 0 >= 0 else { throw BadZnode("an entry's number is negative") }
    }
}
