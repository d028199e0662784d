import Vocabulary

@testable import Succession

/// Observations built up in one line, each part added to what is there.
extension Observation {
    /// A first start: empty ZooKeeper, empty folder.
    static let start = Observation(me: Cast.me, mark: Cast.mark, limit: Cast.limit)

    /// `/redis/master` names another, which answers this. Versions: 6 for another, 5 for us.
    func recorded(_ answer: Answer, mark: MarkReading = .mark(Cast.mark), leased: Bool = false) -> Observation {
        var next = leased ? member(Cast.recorded, answer, mark: mark) : server(Cast.recorded, answer, mark: mark)
        next.record = Record(Cast.recorded, version: 6)
        return next
    }

    var recordedUs: Observation {
        var next = self
        next.record = Record(Cast.me, version: 5)
        return next
    }

    func member(_ address: Address, _ answer: Answer, mark: MarkReading = .mark(Cast.mark)) -> Observation {
        var next = server(address, answer, mark: mark)
        next.members.append(address)
        return next
    }

    /// A server without a lease.
    func server(_ address: Address, _ answer: Answer, mark: MarkReading = .mark(Cast.mark)) -> Observation {
        var next = self
        next.instances[address] = Instance(answer, mark: mark)
        return next
    }

    /// Three registered sentinels that know each other.
    func sentinels(_ voices: Voice..., failover: Duration? = nil) -> Observation {
        var next = self
        next.sentinels = Sentinels(
            zip(Cast.sentinels, voices).map { SentinelReport($0, $1.opinion(peers: 2, failover: failover)) })
        return next
    }

    /// The sentinels' `down-after`.
    func downAfter(_ time: Duration) -> Observation {
        var next = self
        for index in next.sentinels.indices { next.sentinels[index].opinion?.details.downAfter = time }
        return next
    }

    /// A cluster of two, of which a watcher has seen these to hold its data.
    func heldBy(_ addresses: Address...) -> Observation {
        var next = cluster(members: 2)
        next.cluster?.holders = addresses.map { Holder($0, epoch: 1, offset: 1) }
        return next
    }

    func cluster(members: Int) -> Observation {
        var next = self
        next.cluster = ClusterRecord(id: Cast.clusterID, members: members, epoch: 1, replicationID: Cast.line)
        return next
    }

    func holding(_ data: Freshness = Cast.ownData) -> Observation {
        var next = self
        next.data = data
        return next
    }

    /// To be called last of what it looks at: our candidate has our data.
    func standing(_ standing: Dimension.Standing, _ window: Dimension.Window = .over) -> Observation {
        var next = self
        next.stand(standing, window)
        return next
    }

    /// `/redis/cluster` as no watcher wrote it: without a replication id.
    func uncountedCluster(members: Int) -> Observation {
        var next = self
        next.cluster = ClusterRecord(id: Cast.clusterID, members: members)
        return next
    }

    /// What the cluster was last seen to hold: `Cast.held` where nothing else is said.
    func having(_ holdings: Holdings = Cast.held, members: Int, epoch: Int = Cast.held.epoch) -> Observation {
        with {
            $0.cluster = ClusterRecord(
                id: Cast.clusterID, members: members, epoch: epoch, replicationID: Cast.line, holdings: holdings)
        }
    }

    /// These stand, ours among them or not, in the order of their numbers from 1 on; we stand as the number of ours.
    func candidates(_ standing: (Address, Freshness)..., age: Duration = .seconds(6)) -> Observation {
        with { next in
            next.candidates = standing.enumerated().map { offset, one in
                Candidate(number: offset + 1, address: one.0, freshness: one.1)
            }
            next.candidacy = next.candidates.first { $0.address == Cast.me }.map {
                Candidacy(number: $0.number, age: age, sessionTimeout: .seconds(4))
            }
        }
    }

    /// All stand for so long, with the passports of these servers.
    func standing(for age: Duration, runs: String...) -> Observation {
        with { next in
            next.candidacy?.age = age
            for (index, run) in runs.enumerated() { next.candidates[index].freshness.runID = run }
        }
    }

    func with(_ change: (inout Observation) -> Void) -> Observation {
        var next = self
        change(&next)
        return next
    }

    /// An ephemeral node of the life before this one still stands.
    var withEarlierLease: Observation {
        var next = self
        next.members.append(Cast.me)
        return next
    }

    func limited(to limit: Duration) -> Observation {
        var next = self
        next.limit = limit
        return next
    }

    func after(_ waited: Duration) -> Observation {
        var next = self
        next.waited = waited
        return next
    }
}
