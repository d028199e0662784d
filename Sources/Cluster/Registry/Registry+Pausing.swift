import Succession
import ZooKeeper

/// `/redis/paused`: that it exists is what counts, until its time is over.
extension Registry {
    /// How long a pause lasts whose end can't be read, in milliseconds: from when it was written last, by ZooKeeper's
    /// clock.
    private static let unreadableLife: Int64 = 3_600_000

    /// What a pause says, as far as it can be read, and what is wrong with it. One that has no readable end gets one:
    /// nobody knows what was meant, and without an end no failover would ever be made again.
    static func pause(_ node: Node) -> (pause: Pause, problem: BadZnode?) {
        pause(node.data, written: node.stat.modified)
    }

    /// - Parameter written: in milliseconds since 1970.
    static func pause(_ data: [UInt8], written: Int64) -> (pause: Pause, problem: BadZnode?) {
        let end = Timestamp.text(milliseconds: written + unreadableLife)
        do throws(BadZnode) {
            var pause = try decode(WrittenPause.self, data).pause
            for (name, text) in [
                ("who", pause.who), ("why", pause.why), ("since", pause.since), ("until", pause.until),
            ] {
                if let text { try checkLine(text, name, limit: ZnodeText.limit) }
            }
            guard let until = pause.until, Timestamp.seconds(until) == nil else { return (pause, nil) }
            pause.until = end
            return (pause, BadZnode("its until is not a time of RFC 3339, so the pause ends at \(end)"))
        } catch {
            return (Pause(until: end), BadZnode("\(error), so the pause ends at \(end)"))
        }
    }

    /// Ends a pause whose time is over: deletes `/redis/paused`, with what somebody put below it, at the version read,
    /// so that a pause that somebody has just prolonged goes on.
    /// - Returns: `.overtaken` where there is no such pause (any more), or `watcher` does not lead.
    public func resume(as watcher: String) async throws -> RecordOutcome {
        let node: Node
        do {
            node = try await session.get(paths.paused)
        } catch  where error.code == .noAuth {
            guard let stat = try await translated({ try await session.exists(paths.paused) }) else { return .overtaken }
            node = Node(data: [], stat: stat)
        } catch  where error.code == .noNode {
            return .overtaken
        } catch {
            throw Failure(error)
        }
        guard let until = Self.pause(node).pause.until, Timestamp.hasPassed(until) else { return .overtaken }
        let below = node.stat.childCount == 0 ? [] : try await descendants(of: paths.paused)
        return try await lead(
            watcher, below.map { .delete($0, version: nil) } + [.delete(paths.paused, version: node.stat.version)])
    }

    /// All that is below a node, the deepest first; at most some hundred.
    func descendants(of path: String) async throws -> [String] {
        var (found, next) = ([String](), 0)
        var parent = path
        while found.count < 200 {
            found += (try await children(parent) ?? []).map { "\(parent)/\($0)" }
            guard next < found.count else { break }
            parent = found[next]
            next += 1
        }
        return found.reversed()
    }
}

/// A pause as a person may write it: what is no text is shown as it stands there, so that who paused, and why, is not
/// lost over a number.
private struct WrittenPause: Decodable {
    var who, why, since, until: Word?

    var pause: Pause { Pause(who: who?.text, why: why?.text, since: since?.text, until: until?.text) }

    struct Word: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self.text = text
            } else if let flag = try? container.decode(Bool.self) {
                text = String(flag)
            } else if let number = try? container.decode(Int64.self) {
                text = String(number)
            } else {
                text = String(try container.decode(Double.self))
            }
        }
    }
}
