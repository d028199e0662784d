import Succession

/// How a sentinel replaces a master (sentinel.c, `sentinelFailoverStateMachine`).
extension SimSentinel {
    /// Another master under the same name: replicas and the old master are its replicas now.
    func point(to master: Int) {
        world.note { "\(self.name): +switch-master to \(Names.address(master)), epoch \(self.configEpoch)" }
        var known = replicas.map(\.address)
        if let configured { known.append(configured) }
        replicas = known.filter { $0 != master }
            .map { Replica(address: $0, lastReply: world.now, lastInfo: -1_000_000) }
        configured = master
        forgetMaster()
        world.wakeWatchers()
    }

    func forgetMaster() {
        (failover, isForced, isDisconnected, demotedSince) = (.none, false, false, nil)
        (lastReply, lastMasterInfo) = (world.now, -1_000_000)
    }

    /// One step of the machine; and the start of a failover of its own.
    func advance() {
        switch failover {
        case .none: beginIfDown()
        case .election: elect()
        case .promotion(let replica): awaitPromotion(of: replica)
        case .reconfiguration(let promoted): reconfigure(promoted)
        }
    }

    private func beginIfDown() {
        guard isDown, world.now - failoverStart > 2 * Times.failoverTimeout else { return }
        var agreeing = 1
        for peer in peers {
            if case .server(let other) = world.sentinel(peer.address, from: host), other.isDown,
                other.configured == configured
            {
                agreeing += 1
            }
        }
        guard agreeing >= quorum else { return }
        begin()
        failover = .election
        world.note { "\(self.name): +try-failover of \(self.shown(self.configured)), epoch \(self.currentEpoch)" }
        elect()
    }

    func begin() {
        currentEpoch += 1
        (failoverEpoch, stateStart) = (currentEpoch, world.now)
        failoverStart = world.now + world.dice.below(1_000)
        votesAsked = -1_000_000
    }

    private func elect() {
        if world.now - stateStart > min(10_000, Times.failoverTimeout) {
            world.tally.abortedFailovers += 1
            failover = .none
            return
        }
        guard world.now - votesAsked >= 1_000 else { return }
        votesAsked = world.now
        guard cast(for: identity, epoch: failoverEpoch) == identity else { return }
        var votes = 1
        for peer in peers {
            if case .server(let other) = world.sentinel(peer.address, from: host),
                other.cast(for: identity, epoch: failoverEpoch) == identity
            {
                votes += 1
            }
        }
        if votes >= max(majority, quorum) { promoteBest() }
    }

    /// One vote an epoch; who votes for another begins no failover of its own for a while.
    func cast(for leader: Int, epoch: Int) -> Int? {
        currentEpoch = max(currentEpoch, epoch)
        if vote.epoch < epoch, currentEpoch <= epoch {
            vote = (leader, epoch)
            if leader != identity { failoverStart = world.now + world.dice.below(1_000) }
        }
        return vote.epoch == epoch ? vote.leader : nil
    }

    func promoteBest() {
        guard let best = bestReplica else {
            world.tally.abortedFailovers += 1
            failover = .none
            return
        }
        world.promises.sentinelPromotes(best, by: self)
        (failover, stateStart) = (.promotion(best), world.now)
        if case .server(let server) = world.redis(best, from: host) { server.follow(nil, .sentinel) }
    }

    /// `sentinelSelectSlave`: priority, offset, run id.
    var bestReplica: Int? {
        let downTime = max(0, world.now - lastReply)
        let usable = replicas.filter { replica in
            guard case .server(let server) = world.redis(replica.address, from: host), !server.isLoading else {
                return false
            }
            return replica.priority > 0 && world.now - replica.lastReply < Times.downAfter
                && world.now - replica.lastInfo <= (isDown ? 5_000 : 3 * Times.infoPeriod)
                && world.now - (replica.linkDownSince ?? world.now) <= 10 * Times.downAfter + downTime
        }
        return usable.min { one, other in
            (one.priority, -one.offset, one.address) < (other.priority, -other.offset, other.address)
        }?.address
    }

    private func awaitPromotion(of replica: Int) {
        if case .server(let server) = world.redis(replica, from: host), !server.isLoading {
            // It is told again until `INFO`, asked once a second, says master.
            if !server.isMaster { server.follow(nil, .sentinel) }
            if world.now - stateStart > world.dice.roll(300, 1_000) {
                configEpoch = failoverEpoch
                (failover, stateStart) = (.reconfiguration(replica), world.now)
                world.promises.sentinelNames(replica, by: self)
                world.note { "\(self.name): +promoted-slave \(Names.address(replica)), epoch \(self.configEpoch)" }
                world.wakeWatchers()
                return
            }
        }
        if world.now - stateStart > Times.failoverTimeout {
            world.tally.abortedFailovers += 1
            (failover, isForced) = (.none, false)
        }
    }

    private func reconfigure(_ promoted: Int) {
        var isDone = true
        for replica in replicas where replica.address != promoted {
            guard case .server(let server) = world.redis(replica.address, from: host) else { continue }
            if server.master != promoted { server.follow(promoted, .sentinel) }
            if !server.isLinked { isDone = false }
        }
        guard isDone && world.now - stateStart > 500 || world.now - stateStart > Times.failoverTimeout else { return }
        if isForced { world.tally.forcedFailovers += 1 } else { world.tally.ordinaryFailovers += 1 }
        point(to: promoted)
    }
}
