import Vocabulary

@testable import Succession

/// Snapshots built up in one line, each part added to what is there.
extension Snapshot {
    /// The configuration epoch that is recorded, and that the sentinels have where nothing else is said.
    static let epoch = 7

    /// The reign that is recorded.
    static let reign = 4

    static let kept = ClusterRecord(
        id: Cast.clusterID, members: 3, epoch: reign, sentinelEpoch: epoch, replicationID: Cast.line,
        holders: [Cast.recorded, Cast.first, Cast.second].map { Holder($0, epoch: reign, offset: 1_000) })

    /// A master with two replicas and three sentinels that know them all, everything leased, recorded and kept. We
    /// lead.
    static let healthy = Snapshot(
        mark: Cast.mark, record: Record(Cast.recorded, version: 6),
        cluster: kept
    )
    .member(Cast.recorded, Cast.master()).member(Cast.first, Cast.replica()).member(Cast.second, Cast.replica())
    .voices(Cast.recorded, Cast.recorded, Cast.recorded)

    func with(_ change: (inout Snapshot) -> Void) -> Snapshot {
        var next = self
        change(&next)
        return next
    }

    /// A server with a lease.
    func member(_ address: Address, _ answer: Answer, mark: MarkReading = .mark(Cast.mark)) -> Snapshot {
        server(address, answer, mark: mark).with { if !$0.members.contains(address) { $0.members.append(address) } }
    }

    /// What a server answers; its lease stays as it is.
    func server(_ address: Address, _ answer: Answer, mark: MarkReading = .mark(Cast.mark)) -> Snapshot {
        let answers = ![.refused, .silent, .notRedis].contains(answer)
        return with { $0.instances[address] = Instance(answer, mark: answers ? mark : .unknown) }
    }

    func withoutLease(of address: Address) -> Snapshot { with { $0.members.removeAll { $0 == address } } }

    /// Registered sentinels that know each other and both replicas, and whom each of them names.
    func voices(_ names: Address?..., epoch: Int = epoch) -> Snapshot {
        let known = Cast.sentinels.prefix(names.count)
        return with {
            $0.sentinels = Sentinels(
                zip(known, names).map { address, name in
                    let details = SentinelDetails(
                        replicas: [Cast.first, Cast.second], sentinels: known.filter { $0 != address })
                    return SentinelReport(
                        address, Opinion(names: name, epoch: epoch, peers: known.count - 1, details: details))
                })
        }
    }

    /// Changes the opinion of the sentinel of this number, or of all.
    func sentinel(_ number: Int? = nil, _ change: (inout Opinion) -> Void) -> Snapshot {
        with { snapshot in
            for index in snapshot.sentinels.indices where number == nil || number == index {
                guard var opinion = snapshot.sentinels[index].opinion else { continue }
                change(&opinion)
                snapshot.sentinels[index].opinion = opinion
            }
        }
    }

    /// These sentinels are registered and don't answer.
    func silent(_ numbers: Int...) -> Snapshot { with { for number in numbers { $0.sentinels[number].opinion = nil } } }

    /// The sentinel of this number has lost its lease; the others still know it.
    func unregistered(_ number: Int, answering answer: PeerAnswer) -> Snapshot {
        with {
            $0.peers[$0.sentinels[number].address] = answer
            $0.sentinels.remove(at: number)
        }
    }

    /// Every condition of this snapshot has held for so long.
    func lasting(_ time: Duration) -> Snapshot {
        with { snapshot in
            snapshot.held = Dictionary(uniqueKeysWithValues: snapshot.conditions.map { ($0, time) })
        }
    }

    /// Our connection to the recorded master ended, and its port refuses new ones.
    var crashed: Snapshot {
        server(Cast.recorded, .refused).with { $0.masterHasCrashed = true }.sentinel {
            $0.details.isDisconnected = true
            $0.details.lastReply = .milliseconds(300)
        }
    }

    /// Another cluster's master is where this server was.
    func takenOver(_ address: Address) -> Snapshot {
        server(address, Cast.master(), mark: .mark(Cast.markOfNamesake)).withoutLease(of: address)
    }
}

extension ClusterRecord {
    /// What was seen of it in its reign.
    func holding(
        offset: Int64, epoch: Int? = nil, keys: Int64 = 100, rate: Int64 = 0, isKept: Bool = true
    ) -> ClusterRecord {
        var record = self
        record.holdings = Holdings(
            epoch: epoch ?? self.epoch, offset: offset, rate: rate, keys: keys, isKept: isKept,
            seen: "2026-01-01T00:00:00Z")
        return record
    }

    func replicating(_ line: String) -> ClusterRecord {
        var record = self
        record.replicationID = line
        return record
    }

    func without(_ holder: Address) -> ClusterRecord {
        var record = self
        record.holders.removeAll { $0.address == holder }
        return record
    }
}
