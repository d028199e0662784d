/// The znodes below one root: `docs/reference.md` says what is in each.
public struct Paths: Equatable, Sendable {
    public let root: String

    public init(root: String) { self.root = root }

    /// What stands right below the root.
    public enum Name: String, CaseIterable, Sendable {
        case master, cluster, sentinels, members, identities, candidates, watchers, history, paused, switchover
        case acceptLoss = "accept-loss"
    }

    public func path(_ name: Name) -> String { "\(root)/\(name.rawValue)" }

    public var master: String { path(.master) }
    public var cluster: String { path(.cluster) }
    public var sentinels: String { path(.sentinels) }
    public var members: String { path(.members) }
    public var identities: String { path(.identities) }
    public var candidates: String { path(.candidates) }
    public var watchers: String { path(.watchers) }
    public var history: String { path(.history) }
    public var paused: String { path(.paused) }
    public var switchover: String { path(.switchover) }
    public var acceptLoss: String { path(.acceptLoss) }

    public func sentinel(_ id: String) -> String { "\(sentinels)/\(id)" }
    public func member(_ id: String) -> String { "\(members)/\(id)" }
    public func identity(_ id: String) -> String { "\(identities)/\(id)" }
    public func lock(_ id: String) -> String { "\(identity(id))/lock" }
    /// The identity that a lock belongs to; nil for every other path.
    func identity(ofLock path: String) -> String? {
        guard path.hasPrefix("\(identities)/"), path.hasSuffix("/lock") else { return nil }
        return String(path.dropFirst(identities.count + 1).dropLast(5))
    }
    /// ZooKeeper appends the number, ten digits long.
    public var candidatePrefix: String { "\(candidates)/n-" }
    public var watcherPrefix: String { "\(watchers)/n-" }

    /// What every start rests on: who may change one of these owns the data.
    var guarded: [String] { parents + [watchers, master, cluster] }

    /// The persistent parents that a first start creates, in the order of their creation.
    public var parents: [String] { [root, members, sentinels, identities, candidates] }
}
