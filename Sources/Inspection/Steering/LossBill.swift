public import Succession
public import Vocabulary

/// What is left of a cluster's data where nobody is master, and what would be lost if it began with that.
public struct LossBill: Equatable, Sendable {
    /// A copy that is here: a launcher's that waits, or a running server's.
    public struct Copy: Equatable, Sendable {
        public var address: Address
        public var freshness: Freshness
        public var isRunning: Bool
        /// False for one that the user never wants to be master.
        public var mayLead: Bool

        public init(_ address: Address, _ freshness: Freshness, isRunning: Bool, mayLead: Bool = true) {
            self.address = address
            self.freshness = freshness
            self.isRunning = isRunning
            self.mayLead = mayLead
        }
    }

    /// What the cluster was last seen to hold; nil where nobody saw.
    public var holdings: Holdings?
    /// The freshest first.
    public var copies: [Copy]
    /// With which it would begin; nil where nobody waits.
    public var best: Copy?
    /// Who had more than that, or had all, and is not here.
    public var missing: [Holder]

    /// - Parameter chosen: with whose copy it begins; nil: with the freshest that may lead.
    public init(holdings: Holdings?, holders: [Holder], copies: [Copy], beginningAt chosen: Address? = nil) {
        self.holdings = holdings
        self.copies = copies.sorted { one, other in
            if one.freshness.isFresher(than: other.freshness, holdings: holdings) { return true }
            if other.freshness.isFresher(than: one.freshness, holdings: holdings) { return false }
            return one.address < other.address
        }
        best = self.copies.first { copy in chosen.map { $0 == copy.address } ?? copy.mayLead }
        let position = best?.freshness.position
        missing = holders.filter { holder in
            !copies.contains { $0.address == holder.address }
                && position.map { Position(epoch: holder.epoch, offset: holder.offset) > $0 } ?? true
        }
    }

    /// How many bytes of writes would be lost; nil where that is not known.
    public var lostBytes: Int64? {
        guard let holdings, let position = best?.freshness.position, position.epoch == holdings.epoch else {
            return nil
        }
        return max(0, holdings.offset - position.offset)
    }

    /// How many keys there were more; nil where that is not known.
    public var lostKeys: Int64? {
        guard let holdings, let best else { return nil }
        if !best.freshness.isUsable { return holdings.keys }
        return best.freshness.keys.map { max(0, holdings.keys - $0) }
    }

    /// Whether the best copy lacks no more than the last second of writes, as far as that is known.
    public var isNothingLost: Bool {
        guard let holdings, holdings.keys > 0 else { return true }
        return best?.freshness.position.map { !holdings.isAhead(of: $0) } ?? false
    }
}

extension LossBill {
    /// For a person who is asked.
    public var lines: [String] {
        [held] + copies.map { "here: \($0.words(beside: holdings))" }
            + (copies.isEmpty ? ["here: nobody waits and nobody runs; start the redis-servers first"] : [])
            + missing.map { "missing: \($0.address) had epoch \($0.epoch), offset \($0.offset)" } + [lost]
    }

    var held: String {
        guard let holdings else { return "nobody has written down what the cluster held" }
        return
            "the cluster held \(holdings.keys) keys (epoch \(holdings.epoch), offset \(holdings.offset)) at \(holdings.seen)"
    }

    var lost: String {
        guard let best else { return "lost would be: whatever the next best copy lacks" }
        if isNothingLost {
            return "lost would be: nothing that is known of"
        }
        if !best.freshness.isUsable { return "lost would be: all of it, because no copy here can be used" }
        let amounts = [
            lostBytes.map { "\(Amount.bytes(Int(clamping: $0))) of writes" },
            lostKeys.map { $0 == 0 ? "no key by number" : "some \($0) keys" },
        ]
        let known = amounts.compactMap(\.self)
        let amount = known.isEmpty ? "nobody knows how much" : known.joined(separator: ", ")
        return "lost would be: \(amount), if \(best.address) begins"
    }

    package var json: [(String, JSON)] {
        [
            ("held", holdings?.json ?? .null), ("copies", .array(copies.map(\.json))),
            (
                "missing",
                .array(
                    missing.map { holder in
                        [
                            "address": .string(holder.address.description), "epoch": .number(holder.epoch),
                            "offset": .number(Int(holder.offset)),
                        ]
                    })
            ), ("lost_bytes", JSON(lostBytes.map { Int($0) })), ("lost_keys", JSON(lostKeys.map { Int($0) })),
        ]
    }
}

extension LossBill.Copy {
    func words(beside holdings: Holdings?) -> String {
        let place = "\(address)\(isRunning ? ", running" : ", waiting")\(mayLead ? "" : ", never to be master")"
        guard freshness.holdsData else { return "\(place): empty" }
        guard freshness.isLoadable else { return "\(place): damaged, no server would load it" }
        let keys = freshness.keys.map { "\($0) keys" } ?? "some keys"
        guard let position = freshness.position else { return "\(place): \(keys), how new they are is not known" }
        let shown = "\(place): \(keys), epoch \(position.epoch), offset \(position.offset)"
        guard let holdings, position.epoch == holdings.epoch else { return shown }
        let lag = max(0, holdings.offset - position.offset)
        return lag == 0 ? "\(shown), nothing behind" : "\(shown), \(Amount.bytes(Int(clamping: lag))) behind"
    }

    fileprivate var json: JSON {
        [
            "address": .string(address.description), "running": .bool(isRunning),
            "holds_data": .bool(freshness.holdsData),
            "loadable": .bool(freshness.isLoadable), "may_lead": .bool(mayLead),
            "keys": JSON(freshness.keys.map { Int($0) }), "epoch": JSON(freshness.epoch),
            "offset": JSON(freshness.offset.map { Int($0) }),
        ]
    }
}

extension Holdings {
    fileprivate var json: JSON {
        [
            "keys": .number(Int(keys)), "epoch": .number(epoch), "offset": .number(Int(offset)), "seen": .string(seen),
        ]
    }
}

extension Sight {
    /// - Throws: where nobody waits for such a word, or where that is not known.
    public func lossBill() throws(Objection) -> LossBill {
        try checkThatThereIsACluster()
        try checkThatNodesAreOurs()
        let masters = ([snapshot.record?.address].compactMap(\.self) + snapshot.liveMembers).filter(
            snapshot.isLiveMaster)
        if let master = masters.first {
            throw Objection(
                "\(master) answers as master: nobody waits for a better copy, and there is no loss to accept")
        }
        try checkThatNobodyMayBeMaster()
        return bill
    }

    /// What is left of the data, whoever is master.
    var bill: LossBill {
        let waiting = candidates.map {
            LossBill.Copy($0.address, $0.freshness, isRunning: false, mayLead: $0.mayLead)
        }
        let running = snapshot.liveMembers.filter { member in
            !snapshot.isStranger(member) && !waiting.contains { $0.address == member }
        }
        .compactMap { member in
            snapshot.freshness(of: member).map {
                LossBill.Copy(member, $0, isRunning: true, mayLead: !snapshot.isNeverMaster(member))
            }
        }
        return LossBill(
            holdings: snapshot.cluster?.holdings, holders: snapshot.cluster?.holders ?? [], copies: waiting + running)
    }

    /// Who is not heard may be master, and the word would stay, for the next cold start.
    private func checkThatNobodyMayBeMaster() throws(Objection) {
        if let why = snapshot.objectionToSilence { throw Objection(why) }
        let servers = Set(snapshot.liveMembers + [snapshot.record?.address].compactMap(\.self)).sorted()
            .filter { !snapshot.isStranger($0) }
        try checkThatTheyLetUsIn(servers)
        for server in servers {
            switch snapshot.answer(of: server) {
            case .loading: throw Objection("\(server) is loading its data, and may be master then: wait for it")
            case .silent, .refused:
                guard snapshot.isLeased(server) else { continue }
                throw Objection(
                    "\(server) has a lease and does not answer, so it may live, or ended a moment ago: stop it first, or wait some "
                        + "seconds")
            case .master, .replica, .denied, .notRedis: continue
            }
        }
    }
}
