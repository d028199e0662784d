@testable import Succession

/// The words of DESIGN.md 3.1 and 3.3, derived a second time from the raw parts of an observation: as lists of
/// addresses (short ones, for which a list is faster than a set), all of them before any rule is looked at.
struct OracleWords {
    /// Nothing below but `impatient` depends on its `waited`.
    var o: Observation
    /// Live members but us, in the order in which reasons list them.
    let others: [Address]
    var strangers: [Address] = []
    var ours: [Address] = []
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
    var unknown: [Address] = []
    /// Other masters that replicated before under the id that our master role had.
    var promotedFromUs: [Address] = []
    var failover = false

    init(_ observation: Observation) {
        o = observation
        others = Self.ordered(observation.members.filter { $0 != observation.me })
        let down = hearSentinels()
        for (address, instance) in o.instances { listen(to: instance, at: address) }

        for address in o.members + Array(o.instances.keys) + [o.record?.address, majority].compactMap(\.self) {
            let answer = o.instances[address]?.answer ?? .silent
            let stranger = strangers.contains(address)
            let leased = o.members.contains(address)
            let mark = o.instances[address]?.mark
            let bearsMark = if case .mark? = mark { true } else { false }
            // Beyond the text: a lease is no word for a Redis that is known to bear no mark.
            if !stranger, leased && mark != .absent || bearsMark || majority == address { ours.append(address) }
            let silentAndGone = answer == .silent && !leased && (o.sentinels.isEmpty || down == address)
            if stranger || answer == .refused || silentAndGone { dead.append(address) }
        }
        for member in others { weigh(member) }
    }

    var chosen: Address? { majority.flatMap { masters.contains($0) && ours.contains($0) ? $0 : nil } }

    /// Half of the limit is over and we have data of our own: others' data has had its time. Beyond the table: not before
    /// every sentinel that answers would have found a master dead, and replaced it within 5 s.
    var impatient: Bool {
        let promotions = o.sentinels.compactMap(\.opinion).map { $0.details.downAfter + .seconds(5) }
        return hasUsableData && o.waited >= o.limit / 2 && promotions.allSatisfy { o.waited >= $0 }
    }

    /// Data that a server would start with.
    var hasUsableData: Bool { o.data.holdsData && o.data.isLoadable }

    var usCountedMembers: Int { others.count + 1 }

    private static func ordered(_ members: [Address]) -> [Address] {
        members.count < 2 ? members : members.sorted { "\($0)" < "\($1)" }
    }

    /// Counts votes; the result is the address that a majority names and holds for down.
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
            if !hasUsableData || o.data.modified != nil { fresher.append(member) }
        case .denied?, .refused?, .silent?, .notRedis?, nil:
            unknown.append(member)
        }
    }

    /// Keys before no data; one line's higher offset; else the running copy before any file.
    private mutating func weigh(_ member: Address, _ history: History) {
        guard history.holdsKeys else { return }
        holders.append(member)
        let ofOneLine = history.replicationID == o.data.replicationID
        if !hasUsableData {
            fresher.append(member)
        } else if ofOneLine, let offset = o.data.offset {
            if history.offset > offset { fresher.append(member) }
        } else if o.data.modified != nil {
            fresher.append(member)
        }
    }
}
