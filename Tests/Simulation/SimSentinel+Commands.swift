import Succession
import Vocabulary

/// What a sentinel is told, and what it answers.
extension SimSentinel {
    enum ForceReply { case done, noGoodReplica, inProgress, unknownName }

    /// `SENTINEL FAILOVER`: no vote is asked (`a-forced-failover-asks-nobody` in docs/facts.md).
    func force() -> ForceReply {
        guard configured != nil else { return .unknownName }
        guard failover == .none else { return .inProgress }
        guard bestReplica != nil else { return .noGoodReplica }
        world.promises.willForce(self)
        begin()
        failoverStart = world.now
        isForced = true
        promoteBest()
        return .done
    }

    /// `SENTINEL RESET`: everybody is forgotten, the epoch is kept.
    func reset() {
        (replicas, peers) = ([], [])
        forgetMaster()
    }

    func remove() {
        (configured, configEpoch, replicas, peers) = (nil, 0, [], [])
        forgetMaster()
    }

    func monitor(_ master: Int) {
        remove()
        configured = master
    }

    func shown(_ address: Int?) -> String { address.map { Names.address($0).description } ?? "nobody" }
}

extension World {
    func sentinel(_ address: Int, from host: Int) -> Reach<SimSentinel> {
        guard converse(host, Names.host(of: address)) else { return .silent }
        guard let sentinel = sentinelAt[address] else { return .refused }
        return sentinel.isPaused ? .silent : .server(sentinel)
    }

    /// What the sentinel at an address answers the product; nil where it is silent.
    func opinion(_ address: Int, from host: Int, withDetails: Bool) -> Opinion? {
        if Names.liars.contains(address) {
            guard lies, converse(host, Names.host(of: address)) else { return nil }
            let peers = Names.liars.filter { $0 != address }.map(Names.address)
            let opinion = Opinion(
                names: Names.address(Names.foreign), epoch: 1_000_000, peers: 6,
                details: SentinelDetails(sentinels: peers))
            return opinion
        }
        guard case .server(let sentinel) = sentinel(address, from: host) else { return nil }
        guard sentinel.configured != nil else { return Opinion(names: nil) }
        var details = SentinelDetails()
        if withDetails {
            let reachable = sentinel.peers.count { peer in
                if case .server = self.sentinel(peer.address, from: sentinel.host) { true } else { false }
            }
            details = SentinelDetails(
                isDisconnected: sentinel.isDisconnected, lastReply: .milliseconds(now - sentinel.lastReply),
                downAfter: .milliseconds(Times.downAfter), quorum: sentinel.quorum,
                hasQuorum: reachable + 1 >= max(sentinel.majority, sentinel.quorum),
                replicas: sentinel.replicas.map { Names.address($0.address) },
                sentinels: sentinel.peers.map { Names.address($0.address) })
        }
        return Opinion(
            names: sentinel.names.map(Names.address), subjectivelyDown: sentinel.isDown,
            failoverFor: sentinel.failover == .none ? nil : .zero,
            failoverTimeout: .milliseconds(Times.failoverTimeout), epoch: sentinel.configEpoch,
            peers: sentinel.peers.count, details: details)
    }
}
