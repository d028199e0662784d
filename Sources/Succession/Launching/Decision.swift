public import Vocabulary

/// What a redis launcher does next.
public enum Decision: Equatable, Sendable {
    /// Start as master: create `/redis/master`, or set it at the version that was read before the evidence.
    case claim(at: Int32?)
    /// Start as a replica of this master.
    case follow(Address)
    /// Start as the master that ZooKeeper names.
    case resume
    /// Register as a candidate of a cold start, then observe again.
    case stand
    case wait(Reason)
    /// Give up.
    case refuse(Reason)
}

/// What a sentinel launcher does next.
public enum SentinelDecision: Equatable, Sendable {
    case monitor(Address)
    case wait(Reason)
    case refuse(Reason)
}

/// Why a launcher waits, or gave up waiting.
public enum Reason: Equatable, Sendable {
    case nothingRecorded
    /// No master is recorded, but these hold data, can be promoted, answer master, or can't be asked.
    case unrecordedMembers([Address])
    case failoverInProgress
    /// Our own machine lacks something, and somebody could not be asked for that.
    case shortage(String)
    /// Nobody can be followed, and the user wants our own server never to be master.
    case neverMaster
    /// Nobody else has the data than these, which the user wants never to be master.
    case neverMasters([Address])
    /// A Redis answers at the recorded address that nothing shows to be of this cluster.
    case notKnownToBeOurs(Address)
    case denied(Address)
    case stranger(Address)
    /// The recorded master is dead, but its lease lives.
    case startingOrCutOff(Address)
    /// The recorded master is dead, and a sentinel would have nothing to promote.
    case dead(Address)
    /// The recorded master is dead; these may be promoted, hold data, or are master already.
    case promotionOf(master: Address, [Address])
    /// The recorded master is dead; these hold a lease but can't be asked for their data.
    case unknownData(master: Address, [Address])
    /// We are the recorded master; these have fresher data, or can't be asked.
    case fresherMembers([Address])
    /// We are the recorded master, but a majority of the sentinels names this one, which doesn't answer us.
    case chosenButSilent(Address)
    /// A majority of the sentinels names us, but `/redis/master` names this one, which answers master.
    case promotedButNotRecorded(Address)
    /// A cold start's window is open for that long still. So many are present, of the members that a watcher counted.
    case settling(present: Int, expected: Int?, rest: Duration)
    case fresherCandidate(Address, number: Int)
    /// The best copy that is here lacks what there was.
    case behind(Shortfall)
    /// Leased members bear this cluster id, and `/redis/cluster` has another.
    case disputedCluster(String)
    case silent(Address)
    case loading(Address)
    /// The recorded master follows somebody who is no usable master of ours.
    case follows(Address, Address?)
}

extension Reason {
    /// Whether the wait ends whatever happens, so that a shorter `MASTER_TIMEOUT` must not make it a refusal: nobody
    /// would ever get through a cold start.
    var endsByItself: Bool {
        if case .settling = self { true } else { false }
    }
}

extension Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .shortage(let what):
            "this machine keeps us from asking every server and sentinel: \(what)"
        case .nothingRecorded:
            "no master is recorded yet"
        case .unrecordedMembers(let members):
            "no master is recorded, but \(list(members)) may be one or hold the data; the watcher decides"
        case .dead(let address):
            "the recorded master \(address) is dead and no live member can be promoted"
        case .neverMaster:
            "there is no master to follow, and this server may never be one: its settings say replica-priority 0; start a "
                + "server with another priority"
        case .neverMasters(let members):
            "there is no master, and what it held is on \(list(members)), which may never be one: the settings there say "
                + "replica-priority 0; start a member that has that data, give one of these another priority (CONFIG SET, or its "
                + "settings where it waits as well), or, where an older copy that is here will do, say interrex "
                + "accept-loss"
        case .failoverInProgress:
            "a sentinel reports a failover in progress"
        case .notKnownToBeOurs(let address):
            "a Redis answers at \(address) without our lease or mark, and sentinels that name it are no proof: if its lease died, "
                + "run interrex renew-lease PID there; if another tool started it, mark it (CONFIG SET proc-title-template "
                + "'\(Mark.form)', CONFIG REWRITE); and allow CONFIG GET"
        case .denied(let address):
            "the Redis at \(address) does not let us in; check REDIS_PASSWORD and REDIS_USERNAME, its maxclients, and that a "
                + "member's node registers it: nobody else is told a password"
        case .stranger(let address):
            "the server at \(address) is not of this cluster"
        case .startingOrCutOff(let address):
            "the recorded master \(address) does not answer but holds its lease: it is starting, or we are cut off from it"
        case .promotionOf(let master, let members):
            "the recorded master \(master) is dead and \(list(members)) may take its place; a sentinel or the watcher "
                + "decides"
        case .unknownData(let master, let members):
            "the recorded master \(master) is dead and \(list(members)) can't be asked what data it holds"
        case .fresherMembers(let members):
            "we are the recorded master, but \(list(members)) holds fresher data or can't be asked"
        case .chosenButSilent(let address):
            "we are the recorded master, but a majority of the sentinels names \(address), which does not answer us"
        case .promotedButNotRecorded(let address):
            "a majority of the sentinels names us, but \(address) is recorded and answers master; the watcher decides"
        case .settling(let present, let expected, _):
            "a cold start is under way and the freshest data will be master: "
                + (expected.map { "\(present) of \($0) members are here" } ?? "\(present) here so far")
        case .behind(let shortfall):
            "\(shortfall)"
        case .disputedCluster(let id):
            "the members bear the cluster id \(id), but /cluster below ZK_ROOT in ZooKeeper has another: it was restored from "
                + "elsewhere, or they were; set its id right, then start again"
        case .fresherCandidate(let address, _):
            "a cold start is under way and \(address) has the freshest data"
        case .silent(let address):
            "the recorded master \(address) does not answer, and no majority of sentinels considers it down"
        case .loading(let address):
            "the recorded master \(address) is loading its data"
        case .follows(let address, let master):
            "the recorded master \(address) is a replica"
                + (master.map { " of \($0), which is no master that we know to be ours" } ?? "")
        }
    }

    private func list(_ addresses: [Address]) -> String { addresses.map(\.description).joined(separator: ", ") }
}

extension Observation {
    /// A reason to wait or to refuse, and beside it what is wrong with a server that should be ours: a setting that
    /// differs looks like a dead master otherwise.
    public func explained(_ reason: Reason) -> String { strangeness.map { "\(reason); \($0)" } ?? "\(reason)" }
}
