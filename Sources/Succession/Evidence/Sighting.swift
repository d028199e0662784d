public import Vocabulary

/// What a launcher's observation and a watcher's snapshot have in common: ZooKeeper, the sentinels and the servers,
/// seen in one look. The words of the rules are defined on it, each with its one meaning.
public protocol Sighting: Sendable {
    /// The mark of this cluster's servers; its id is that of `/redis/cluster`.
    var mark: Mark { get }
    /// Nil where nothing is recorded.
    var record: Record? { get }
    var cluster: ClusterRecord? { get }
    /// Believed sentinels, with or without an answer.
    var sentinels: Sentinels { get }
    /// The addresses of live members: those with a lease. A server restarted within the session timeout has two.
    var members: [Address] { get }
    /// What each server that was asked answered.
    var instances: [Address: Instance] { get }
}

extension Sighting {
    /// What is at an address; who was not asked is silent.
    public func answer(of address: Address) -> Answer { instances[address]?.answer ?? .silent }

    /// Whether a live member has this address.
    public func isLeased(_ address: Address) -> Bool { members.contains(address) }

    /// Live members, each once and in a fixed order: those with a lease, and servers that bear our mark and have lost
    /// theirs.
    public var liveMembers: [Address] {
        let marked = instances.keys.filter { bearsOurMark($0) && answersAsRedis($0) }
        return Set(members).union(marked).sorted()
    }

    /// No Redis, or the mark of another cluster. This beats every other word.
    public func isStranger(_ address: Address) -> Bool {
        guard let instance = instances[address] else { return false }
        if instance.answer == .notRedis { return true }
        guard case .mark(let mark) = instance.mark else { return false }
        return !mark.matches(self.mark)
    }

    func bearsOurMark(_ address: Address) -> Bool {
        guard case .mark(let mark)? = instances[address]?.mark else { return false }
        return mark.matches(self.mark)
    }

    /// No stranger, and a lease, our mark or a majority's word for it. The last alone lets a launcher follow, who sets
    /// its own data aside; nobody else is ever told to.
    public func isOurs(_ address: Address) -> Bool {
        isProven(address) || !isStranger(address) && sentinels.majorityAddress == address
    }

    /// A server of this cluster beyond what sentinels say: it holds a lease under our root or bears our mark, and is no
    /// stranger. Only such a one is told to change, and only to such a one others are attached, announced or pointed:
    /// Sentinel itself adopts strangers. A lease alone is no word for a Redis that is known to bear no mark: it
    /// outlives its server for a session timeout, and another may have the port by then.
    public func isProven(_ address: Address) -> Bool {
        !isStranger(address) && (isLeased(address) && instances[address]?.mark != .absent || bearsOurMark(address))
    }

    /// Answers master, and is a server of this cluster beyond what sentinels say; where its mark can't be read and its
    /// lease is gone, by the history of its data. Who has but a majority's word is neither recorded nor monitored by a
    /// new sentinel.
    func mayBeRecorded(_ address: Address) -> Bool {
        guard case .master(let history) = answer(of: address) else { return false }
        if isProven(address) { return true }
        guard instances[address]?.mark == .unknown, let line = cluster?.replicationID else { return false }
        return line == history.replicationID || line == history.previousID
    }

    /// Refuses connections; or a stranger has the port; or silent, without a lease, while a majority of the sentinels
    /// considers it down or no sentinel is registered. Silence alone is not death.
    public func isDead(_ address: Address) -> Bool {
        if isStranger(address) { return true }
        switch answer(of: address) {
        case .refused: return true
        case .silent:
            return !isLeased(address) && (sentinels.areAbsent || sentinels.majorityConsidersDown(address))
        case .master, .replica, .loading, .denied, .notRedis: return false
        }
    }

    /// Whether a Redis answers there, whatever it says.
    public func answersAsRedis(_ address: Address) -> Bool {
        switch answer(of: address) {
        case .master, .replica, .loading, .denied: true
        case .refused, .silent, .notRedis: false
        }
    }

    public func answersMaster(_ address: Address) -> Bool {
        if case .master = answer(of: address) { true } else { false }
    }

    public func answersReplica(_ address: Address) -> Bool {
        if case .replica = answer(of: address) { true } else { false }
    }

    /// A live member that answers `slave`, has finished a synchronisation and may be promoted.
    public func isPromotable(_ member: Address) -> Bool {
        guard !isStranger(member), case .replica(let replication) = answer(of: member) else { return false }
        return replication.synchronised && replication.priority > 0
    }

    /// Whether the user wants it never to be master: a replica with `replica-priority 0` of which we don't say that it
    /// is ours. Where it can't be asked what is said, nobody knows.
    public func isNeverMaster(_ member: Address) -> Bool {
        guard let replication = replication(of: member), instances[member]?.mark != .unknown else { return false }
        return replication.priority == 0 && replication.awaitedPriority == nil
    }

    /// What a replica says of its replication; nil for who does not answer `slave`.
    public func replication(of member: Address) -> Replication? {
        if case .replica(let replication) = answer(of: member) { replication } else { nil }
    }

    /// Whether it answers `slave` with this master, be the link up or not.
    public func follows(_ member: Address, _ master: Address) -> Bool { replication(of: member)?.master == master }

    /// A live member that answers master.
    public func isLiveMaster(_ member: Address) -> Bool { answersMaster(member) && !isStranger(member) }

    /// The address that a majority names, that answers master and that is ours.
    var chosen: Address? {
        guard let address = sentinels.majorityAddress, answersMaster(address), isOurs(address) else { return nil }
        return address
    }
}

/// Why a Redis that answers is none of ours.
extension Sighting {
    /// What the mark of a server says against it, and what to check; nil where it bears ours, or none.
    public func strangeness(of address: Address) -> String? {
        guard case .mark(let its)? = instances[address]?.mark, !its.matches(mark) else { return nil }
        guard its.root == mark.root, its.masterName == mark.masterName else {
            return "\(address) bears MASTER_NAME \(its.masterName.shown) and ZK_ROOT \(its.root.shown), and ours are "
                + "\(mark.masterName) and \(mark.root): check MASTER_NAME and ZK_ROOT here and there"
        }
        return
            "\(address) bears the cluster id \(its.clusterID ?? "-"), and ours is \(mark.clusterID ?? "-"): it is another "
            + "cluster's server, or ZooKeeper was restored from elsewhere"
    }

    /// The first one of those that ZooKeeper names; nil where there is none.
    public var strangeness: String? {
        ([record?.address].compactMap(\.self) + members.sorted()).lazy.compactMap(strangeness(of:)).first
    }
}

extension String {
    /// A word that a server sent, without its end where that is long.
    fileprivate var shown: String { utf8.count > 60 ? "\(prefix(50))…" : self }
}

extension Array {
    /// The element of an array that has just one.
    public var only: Element? { count == 1 ? self[0] : nil }
}
