import Vocabulary

@testable import Succession

/// The words of the rules of `decide`, derived a second time from the raw parts of an observation: as lists of
/// addresses (short ones, for which a list is faster than a set), all of them before any rule is looked at.
struct OracleWords {
    /// Nothing below but `impatient` depends on its `waited`.
    var o: Observation
    /// Live members but us, and servers that bear our mark and have no lease, in the order in which reasons list them.
    var others: [Address] = []
    var strangers: [Address] = []
    var ours: [Address] = []
    /// Those of them that are so whatever the sentinels say.
    var proven: [Address] = []
    var dead: [Address] = []
    /// Answer as Redis, whatever they say.
    var redis: [Address] = []
    /// Answer `ROLE` = master.
    var masters: [Address] = []
    var loading: [Address] = []
    /// Whom an address follows.
    var follows: [Address: Address] = [:]
    /// The address that more than half of the electorate names.
    var majority: Address?
    var promotable: [Address] = []
    var holders: [Address] = []
    var fresher: [Address] = []
    /// What the members that answer hold.
    var copies: [Address: Freshness] = [:]
    var unknown: [Address] = []
    /// Other masters that replicated before under the id that our master role had.
    var promotedFromUs: [Address] = []
    var failover = false
    /// The cluster's id and what it held: by `/redis/cluster`, else by the passports that are here.
    var known: (id: String?, held: Holdings?) = (nil, nil)
    /// Our own data, with a position only where that is one of this cluster.
    var own = Freshness.empty

    init(_ observation: Observation) {
        o = observation
        let down = hearSentinels()
        for (address, instance) in o.instances { listen(to: instance, at: address) }
        let marked = redis.filter { address in
            if case .mark? = o.instances[address]?.mark { !strangers.contains(address) } else { false }
        }
        for address in o.members + marked where address != o.me && !others.contains(address) { others.append(address) }
        others = Self.ordered(others)
        known = cluster()
        own = judged(o.data)

        for address in o.members + Array(o.instances.keys) + [o.record?.address, majority].compactMap(\.self) {
            let answer = o.instances[address]?.answer ?? .silent
            let stranger = strangers.contains(address)
            let leased = o.members.contains(address)
            let mark = o.instances[address]?.mark
            let bearsMark = if case .mark? = mark { true } else { false }
            // A lease is no word for a Redis that is known to bear no mark.
            let isProven = leased && mark != .absent || bearsMark
            if !stranger, isProven { proven.append(address) }
            if !stranger, isProven || majority == address { ours.append(address) }
            let silentAndGone = answer == .silent && !leased && (o.sentinels.isEmpty || down == address)
            if stranger || answer == .refused || silentAndGone { dead.append(address) }
        }
        for member in others { weigh(member) }
    }

    var chosen: Address? { majority.flatMap { masters.contains($0) && ours.contains($0) ? $0 : nil } }

    /// Half of the limit is over and we have data of our own: others' data has had its time. Not before
    /// every sentinel that answers would have found a master dead, and replaced it within 5 s.
    var impatient: Bool {
        let promotions = o.sentinels.compactMap(\.opinion).map { $0.details.downAfter + .seconds(5) }
        return hasUsableData && o.waited >= o.limit / 2 && promotions.allSatisfy { o.waited >= $0 }
    }

    /// Data that a server would start with.
    var hasUsableData: Bool { o.data.holdsData && o.data.isLoadable }

    /// Leases, ours included.
    var usCountedMembers: Int { Set(o.members + [o.me]).count }

    private static func ordered(_ members: [Address]) -> [Address] {
        members.count < 2 ? members : members.sorted { "\($0)" < "\($1)" }
    }

    /// Counts votes; the result is the address that a majority names and considers down.
    private mutating func hearSentinels() -> Address? {
        var electorate = o.sentinels.count
        var votes: [Address: (named: Int, down: Int)] = [:]
        for opinion in o.sentinels.compactMap(\.opinion) {
            electorate = max(electorate, opinion.peers + 1)
            if let failover = opinion.failoverFor, failover <= opinion.failoverTimeout { self.failover = true }
            guard let name = opinion.names else { continue }
            votes[name, default: (0, 0)].named += 1
            if opinion.subjectivelyDown { votes[name, default: (0, 0)].down += 1 }
        }
        majority = votes.first { 2 * $0.value.named > electorate }?.key
        return votes.first { 2 * $0.value.down > electorate }?.key
    }

    private mutating func listen(to instance: Instance, at address: Address) {
        if case .mark(let mark) = instance.mark {
            let sameID = mark.clusterID == nil || o.mark.clusterID == nil || mark.clusterID == o.mark.clusterID
            if mark.root != o.mark.root || mark.masterName != o.mark.masterName || !sameID { strangers.append(address) }
        }
        switch instance.answer {
        case .master: masters.append(address)
        case .replica(let replication): follows[address] = replication.master
        case .loading: loading.append(address)
        case .denied: break
        case .notRedis: strangers.append(address)
        case .refused, .silent: break
        }
        if ![.refused, .silent, .notRedis].contains(instance.answer) { redis.append(address) }
    }
}

extension OracleWords {
    private mutating func weigh(_ member: Address) {
        if strangers.contains(member) { return }
        switch o.instances[member]?.answer {
        case .master(let history)?:
            weigh(member, history)
            if let previous = history.previousID, [o.cluster?.replicationID, o.data.replicationID].contains(previous) {
                promotedFromUs.append(member)
            }
        case .replica(let replication)?:
            weigh(member, replication.history)
            if replication.synchronised, replication.priority != 0 { promotable.append(member) }
        case .loading?:
            holders.append(member)
            copies[member] = Freshness(holdsData: true)
            // What it holds is not known yet.
            fresher.append(member)
        case .denied?, .refused?, .silent?, .notRedis?, nil:
            unknown.append(member)
        }
    }

    /// A running copy is of this moment.
    private mutating func weigh(_ member: Address, _ history: History) {
        if history.keys > 0 { holders.append(member) }
        compare(
            member,
            Freshness(
                holdsData: history.keys > 0, epoch: reign(of: history), replicationID: history.replicationID,
                offset: history.offset, modified: .max))
    }

    private mutating func compare(_ member: Address, _ copy: Freshness) {
        copies[member] = copy
        if OracleOrder(held: known.held).isFresher(copy, own) { fresher.append(member) }
    }
}
