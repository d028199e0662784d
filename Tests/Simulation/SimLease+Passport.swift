import Succession

/// How a lease keeps the passport beside its server's data, and what the cluster holds (`PassportKeeper`).
extension SimLease {
    /// One look at the server, once a second and when `/redis/master` has changed.
    func keepPassport() {
        guard let server = server as? SimRedis, !server.isPaused, !server.isGone, var draft else { return }
        defer { self.draft = draft }
        let look = server.look
        readReign()
        if let master = draft.question(look, reign), let reign {
            if case .master(let history) = world.instance(Names.id(master), from: host).answer,
                history.replicationID == look.history.replicationID, look.hasBeginning(of: history)
            {
                draft.confirm(look, reign)
            }
        }
        let isNew = draft.note(look, reign)
        if isNew {
            save(draft)
            if let reign, draft.passport?.epoch == reign.cluster.epoch { sweep(look, reign) }
        } else if looks % 2 == 0, draft.passport != nil {
            slot?.folder.inPlace.asOf = slot?.clock ?? 0
        }
        looks += 1
        if world.mutant == .trustedTooFar { trustTooFar(look) }
        keepHoldings(look, draft)
    }

    /// The server's process has ended: what is in its files will not change any more.
    func endPassport() {
        guard holdsLock else { return }
        if let draft { save(draft) }
        holdsLock = false
    }

    private func save(_ draft: PassportDraft) {
        guard var passport = draft.passport, let slot else { return }
        passport.modified = Int64(slot.folder.inPlace.modified)
        (slot.folder.inPlace.passport, slot.folder.inPlace.asOf) = (passport, slot.clock)
    }

    private func readReign() {
        guard let session else { return }
        let reply = world.zooKeeper(session, from: host) { zk -> ReignView? in
            guard let record = ZKView(zk).record, let cluster = zk.cluster else { return nil }
            return ReignView(record: record, cluster: cluster.record, clusterVersion: cluster.version)
        }
        if case .answer(let reign) = reply { self.reign = reign }
    }

    /// Deletes copies that were set aside once the server holds all that is in them (`AsideSweep`).
    private func sweep(_ look: ServerLook, _ reign: ReignView) {
        guard let slot else { return }
        for copy in slot.folder.asides {
            guard let passport = copy.trusted, copy.place != nil else { continue }
            let (id, offset) = (passport.replicationID, passport.offset)
            let isContained =
                look.history.contains(id, upTo: offset)
                || reign.cluster.replicationID == look.history.replicationID && reign.cluster.includes(id, upTo: offset)
            guard isContained, let index = slot.folder.asides.firstIndex(of: copy) else { continue }
            slot.folder.asides.remove(at: index)
            world.tally.swept += 1
            world.promises.deleted(copy, of: slot)
        }
    }

    private func keepHoldings(_ look: ServerLook, _ draft: PassportDraft) {
        guard let reign, let session else { return }
        guard
            let record = holdings.next(
                look, reign, me: Names.address(address), persistence: draft.persistence(at: look),
                epoch: draft.passport?.epoch ?? 0, now: "\(world.now)", at: .milliseconds(world.now))
        else { return }
        let lines = world.lines
        let reply = world.zooKeeper(session, from: host) { zk -> Bool in
            guard zk.master?.version == reign.record.version, zk.cluster?.version == reign.clusterVersion else {
                return false
            }
            zk.keep(record, id: 0, lines)
            return true
        }
        if case .answer(true) = reply {
            self.reign = ReignView(record: reign.record, cluster: record, clusterVersion: reign.clusterVersion + 1)
        } else {
            holdings = HoldingsDraft()
        }
    }

    /// The planted bug: the new reign's number before its data is in the files.
    private func trustTooFar(_ look: ServerLook) {
        guard let reign, case .replica(let master?, _) = look.role, master == reign.record.address, let slot,
            slot.folder.inPlace.passport != nil
        else { return }
        slot.folder.inPlace.passport?.epoch = reign.cluster.epoch
        slot.folder.inPlace.asOf = slot.clock
    }
}
