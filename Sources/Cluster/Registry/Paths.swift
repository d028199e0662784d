/// The znodes below one root (DESIGN.md 1.1).
public struct Paths: Equatable, Sendable {
    public let root: String

    public init(root: String) { self.root = root }

    public var master: String { "\(root)/master" }
    public var cluster: String { "\(root)/cluster" }
    public var sentinels: String { "\(root)/sentinels" }
    public var members: String { "\(root)/members" }
    public var identities: String { "\(root)/identities" }
    public var candidates: String { "\(root)/candidates" }
    public var watchers: String { "\(root)/watchers" }
    public var history: String { "\(root)/history" }
    public var paused: String { "\(root)/paused" }
    public var switchover: String { "\(root)/switchover" }
    public var acceptLoss: String { "\(root)/accept-loss" }

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
