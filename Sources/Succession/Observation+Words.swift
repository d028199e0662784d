/// The words of DESIGN.md 3.1, each with its one meaning.
extension Observation {
    func answer(of address: Address) -> Answer { instances[address]?.answer ?? .silent }

    func isLeased(_ address: Address) -> Bool { members.contains(address) }

    /// Live members but ourselves, each once and in a fixed order. Our own port is free, so a lease at our own address
    /// is of an earlier life; a server that was restarted within the session timeout has two.
    var others: [Address] { Set(members).subtracting([me]).sorted { $0.description < $1.description } }

    /// No Redis, or the mark of another cluster. This beats every other word.
    func isStranger(_ address: Address) -> Bool {
        guard let instance = instances[address] else { return false }
        if instance.answer == .notRedis { return true }
        guard case .mark(let mark) = instance.mark else { return false }
        return !mark.matches(self.mark)
    }

    private func bearsOurMark(_ address: Address) -> Bool {
        guard case .mark(let mark)? = instances[address]?.mark else { return false }
        return mark.matches(self.mark)
    }

    /// No stranger, and a lease, our mark or a majority's word for it. A lease alone is no word for a Redis that is known
    /// to bear no mark: the lease outlives its server for a session timeout, and another may have the port by then.
    func isOurs(_ address: Address) -> Bool {
        !isStranger(address)
            && (isLeased(address) && instances[address]?.mark != .absent || bearsOurMark(address)
                || sentinels.majorityAddress == address)
    }

    /// Refuses connections; or a stranger has the port; or silent, without a lease, while a majority of the sentinels
    /// holds it for down or no sentinel is registered. Silence alone is not death.
    func isDead(_ address: Address) -> Bool {
        if isStranger(address) { return true }
        switch answer(of: address) {
        case .refused: return true
        case .silent:
            return !isLeased(address) && (sentinels.isEmpty || sentinels.majorityHoldsDown(address))
        case .master, .replica, .loading, .denied, .notRedis: return false
        }
    }

    /// Whether a Redis answers there, whatever it says.
    func answersAsRedis(_ address: Address) -> Bool {
        switch answer(of: address) {
        case .master, .replica, .loading, .denied: true
        case .refused, .silent, .notRedis: false
        }
    }

    func answersMaster(_ address: Address) -> Bool {
        if case .master = answer(of: address) { true } else { false }
    }

    /// A live member that answers `slave`, has finished a synchronisation and may be promoted.
    func isPromotable(_ member: Address) -> Bool {
        guard !isStranger(member), case .replica(let replication) = answer(of: member) else { return false }
        return replication.synchronised && replication.priority > 0
    }

    func follows(_ member: Address, _ master: Address) -> Bool {
        if case .replica(let replication) = answer(of: member) { replication.master == master } else { false }
    }

    /// What is known of a live member's data; nil where it can't be asked. A server that is loading has a file to load.
    private func freshness(of member: Address) -> Freshness? {
        if isStranger(member) { return .empty }
        switch answer(of: member) {
        case .master(let history): return history.freshness
        case .replica(let replication): return replication.history.freshness
        case .loading: return Freshness(holdsData: true)
        case .refused, .silent, .denied, .notRedis: return nil
        }
    }

    func holdsData(_ member: Address) -> Bool { freshness(of: member)?.holdsData ?? false }

    func cannotBeAsked(_ member: Address) -> Bool { freshness(of: member) == nil }

    func isFresherThanUs(_ member: Address) -> Bool {
        freshness(of: member)?.isFresher(than: data, clusterReplicationID: cluster?.replicationID) ?? false
    }

    /// Live members beside which a new master would be one too many, or without their data.
    var successors: [Address] { others.filter { isPromotable($0) || holdsData($0) || isLiveMaster($0) } }

    /// A live member that answers master.
    func isLiveMaster(_ member: Address) -> Bool { answersMaster(member) && !isStranger(member) }

    /// The address that a majority names, that answers master and that is ours.
    var chosen: Address? {
        guard let address = sentinels.majorityAddress, answersMaster(address), isOurs(address) else { return nil }
        return address
    }

    /// Whether waiting for somebody else's data has had its time: half of the limit, where we hold data ourselves.
    var patienceIsOver: Bool { data.holdsData && waited * 2 >= limit }
}
