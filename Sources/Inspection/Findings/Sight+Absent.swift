import Succession
import Vocabulary

/// Who should be here and is not, and who waits for them.
extension Sight {
    /// Sentinels that are gone and that others know still. Where a majority is lost, that is said with all names.
    var missingSentinels: [Finding] {
        guard snapshot.reachesMajority else { return [] }
        let gone = snapshot.gonePeers.sorted()
        let (there, all) = (snapshot.sentinels.electorate - gone.count, snapshot.sentinels.electorate)
        return gone.map { address in
            Finding(
                "sentinel-missing", about: address.description, .degraded,
                "the sentinel \(address) is gone, and the others count it in every vote: \(there) of \(all) are left, and without "
                    + "\(all / 2 + 1) nobody replaces a master that hangs; start it again; where enough are left the leading "
                    + "watcher has it forgotten after half a minute", sentinelCommands(address))
        }
    }

    /// Launchers that wait until somebody may begin; nil where none does, where there is a master, or where nobody has
    /// ever begun: they have only just come then.
    var coldStart: Finding? {
        guard !mayHaveMaster, !candidates.isEmpty, snapshot.cluster != nil || snapshot.record != nil else { return nil }
        let bill = bill
        let here = bill.copies.map { $0.words(beside: bill.holdings) }.joined(separator: "; ")
        let text = "launchers wait, as after an outage of all: \(bill.held); here: \(here)"
        func finding(_ end: String, _ commands: [String]) -> Finding {
            Finding("cold-start", about: root, .outage, "\(text); \(end)", commands)
        }
        let waiting = ["interrex master --wait"]
        guard bill.best != nil else {
            return finding(
                "none of these may ever be master (replica-priority 0): start one that may", replicaStarts(bill))
        }
        if bill.isNothingLost {
            return finding("the freshest begins within seconds, sooner where all that were counted are here", waiting)
        }
        if snapshot.acceptsLoss { return finding("a loss is accepted, so the freshest begins within seconds", waiting) }
        let missing = bill.missing.map { "\($0.address) (epoch \($0.epoch), offset \($0.offset))" }
        return finding(
            (missing.isEmpty ? "" : "missing: \(missing.joined(separator: ", ")); ") + bill.lost,
            replicaStarts(bill) + ["interrex accept-loss --why \"...\"    # gives up what is missing"])
    }

    private func replicaStarts(_ bill: LossBill) -> [String] {
        bill.missing.map { "interrex redis    # on \($0.address.host), with its data" }
    }

    /// Members that were counted, or that sentinels know, and that are not there.
    var missingMembers: [Address] {
        let counted = Set(snapshot.cluster?.holders.map(\.address) ?? []).union(snapshot.goneReplicas)
        return counted.subtracting(snapshot.liveMembers).filter { $0 != snapshot.record?.address }.sorted()
    }

    /// Whether any server answers, be it to keep us out.
    var isAnybodyThere: Bool {
        Set(snapshot.liveMembers + [snapshot.record?.address].compactMap(\.self)).contains { member in
            !snapshot.isStranger(member) && ![.refused, .silent, .notRedis].contains(snapshot.answer(of: member))
        }
    }

    /// Whether the sentinels are enough to replace a master.
    var mayFailOver: Bool {
        snapshot.reachesMajority && snapshot.sentinels.opinions.contains { $0.names != nil && $0.details.hasQuorum }
    }

    /// Whether some replica is such that it may lead.
    var hasHeir: Bool {
        snapshot.liveMembers.contains { snapshot.answersReplica($0) && !snapshot.isNeverMaster($0) }
    }

    /// For a sentinel that is gone. It can't be forgotten where too few would be left meanwhile.
    func sentinelCommands(_ address: Address) -> [String] {
        ["interrex sentinel    # on \(address.host)"]
            + (snapshot.isKept(address) ? [] : ["interrex forget \(address)    # where it is gone for good"])
    }
}
