public import Succession
public import Vocabulary

/// What a switchover would do, as far as one look tells.
public struct SwitchoverPlan: Equatable, Sendable {
    public var from: Address
    /// Who takes its place. Where nobody was named, whoever is furthest on at that moment; nil where that can't be told
    /// yet.
    public var to: Address?
    /// Whether the operator named it.
    public var isNamed: Bool
    /// By how many bytes it is behind.
    public var lag: Int64?
    /// Who else replicates from the old master, and will from the new one.
    public var others: [Address]
    /// What must be over before it can begin; nil where it can at once.
    public var obstacle: String?
    /// Whether the master does not let us in, so that the watcher alone can tell whether it can be.
    public var isUnjudged = false

    public init(
        from: Address, to: Address?, isNamed: Bool, lag: Int64? = nil, others: [Address] = [], obstacle: String? = nil
    ) {
        self.from = from
        self.to = to
        self.isNamed = isNamed
        self.lag = lag
        self.others = others
        self.obstacle = obstacle
    }

    /// For a person who is asked.
    public var lines: [String] {
        if isUnjudged {
            return [
                "\(from) is master, and does not let us in (see REDIS_PASSWORD): the watcher judges whether it can be"
            ]
        }
        let heir = to.map { isNamed ? "\($0)" : "the replica that is furthest on, at this moment \($0)," }
        var lines = ["\(from) is master; \(heir ?? "the replica that is furthest on") takes its place"]
        if let to, let lag {
            lines.append("\(to) is \(Amount.bytes(Int(clamping: lag))) behind; clients wait until it has all of it")
        }
        lines.append(
            "clients: writes wait for some 50 ms, 2 s at most, and none is lost; connections to \(from) are ended")
        lines.append("\((others + [from]).words) will replicate from the new master")
        if let obstacle { lines.append("not at once: \(obstacle)") }
        return lines
    }

    public var question: String { "Switch over from \(from) to \(to?.description ?? "a replica")?" }

    package var json: JSON {
        [
            "state": .string("planned"), "from": .string(from.description), "to": JSON(to?.description),
            "lag_bytes": JSON(lag.map { Int(clamping: $0) }), "why": JSON(obstacle),
        ]
    }
}

/// What becomes of a request, by one look.
public enum SwitchoverPrognosis: Equatable, Sendable {
    case change(SwitchoverPlan)
    /// It is so already, for this reason.
    case nothingToDo(String)
}

extension Sight {
    /// - Parameter mayBeUnjudged: whether the watcher alone may judge it where the master does not let us in.
    /// - Throws: why it would not be begun.
    public func prognosis(
        of request: Switchover, mayBeUnjudged: Bool = false
    ) throws(Objection) -> SwitchoverPrognosis {
        try checkThatThereIsACluster()
        try checkThatNodesAreOurs()
        guard let master = snapshot.record?.address else {
            throw Objection("no master is recorded in \(root)/master; see interrex status")
        }
        if let reason = alreadyDone(request, under: master) { return .nothingToDo(reason) }
        if let pause {
            throw Objection(
                "\(root) is paused \(pause.words): no watcher changes a server meanwhile; say interrex resume first, or wait "
                    + "for its end")
        }
        if watchers.isEmpty {
            throw Objection(
                .unavailable,
                "no watcher is registered below \(root)/watchers, and only a watcher switches over: start interrex-watcher"
            )
        }
        if let other = snapshot.switchover, other.isOpen, other.state == .running || !snapshot.isSwitchoverLate {
            throw Objection(
                "\(other.who ?? "somebody") has asked for another master already (\(other.words)), and that is not over; try "
                    + "again once it is: \(root)/switchover says what becomes of it")
        }
        if snapshot.instances[master]?.answer == .denied {
            guard mayBeUnjudged else {
                throw Objection(
                    .notAuthorised,
                    "the recorded master \(master) does not let us in; check REDIS_PASSWORD and REDIS_USERNAME")
            }
            var plan = SwitchoverPlan(from: master, to: request.to.flatMap { Address($0) }, isNamed: request.to != nil)
            plan.isUnjudged = true
            return .change(plan)
        }
        guard snapshot.answersMaster(master) else {
            throw Objection(
                "the recorded master \(master) does not answer as master, so it can't give way; it is replaced without you, as "
                    + "far as that is possible: see interrex status")
        }
        var asked = snapshot
        // That was the other request's time.
        asked.isSwitchoverLate = false
        switch asked.step(of: request) {
        case .begin(let heir): return .change(plan(from: master, to: heir, request))
        case .wait:
            let named = request.to.flatMap { Address($0) }
            return .change(plan(from: master, to: named ?? snapshot.heir(of: master), request, obstacle: obstacle))
        case .end(.done, let why): return .nothingToDo(why)
        case .end(_, let why): throw Objection("\(why)\(remedy(for: request))")
        }
    }

    private func alreadyDone(_ request: Switchover, under master: Address) -> String? {
        if let to = request.to.flatMap({ Address($0) }), to == master { return "\(master) is master already" }
        if let from = request.awayFrom.flatMap({ Address($0) }), from != master {
            return "\(from) is not master, \(master) is"
        }
        return nil
    }

    private func plan(
        from master: Address, to heir: Address?, _ request: Switchover, obstacle: String? = nil
    ) -> SwitchoverPlan {
        var lag: Int64?
        if case .master(let history) = snapshot.answer(of: master), let heir {
            lag = snapshot.replication(of: heir).map { max(0, history.offset - $0.history.offset) }
        }
        let others = snapshot.changeableReplicas(of: master).filter { $0 != heir }
        return SwitchoverPlan(
            from: master, to: heir, isNamed: request.to != nil, lag: lag, others: others, obstacle: obstacle)
    }

    /// Why nothing is settled.
    private var obstacle: String {
        let sentinels = snapshot.sentinels
        if sentinels.contains(where: { $0.opinion?.failoverFor != nil }) { return "a failover is under way" }
        let silent = sentinels.filter { $0.opinion == nil }.map(\.address)
        if !silent.isEmpty { return "sentinel \(silent.sorted().words) does not answer" }
        let others = sentinels.filter { $0.opinion?.names != snapshot.record?.address }.map(\.address)
        if !others.isEmpty { return "sentinel \(others.sorted().words) does not name the recorded master" }
        return "not everybody could be asked"
    }

    private func remedy(for request: Switchover) -> String {
        guard let to = request.to.flatMap({ Address($0) }), let replication = snapshot.replication(of: to) else {
            return snapshot.liveMembers.count > 1 ? "; see interrex status" : "; start a replica first"
        }
        if replication.priority == 0, replication.synchronised {
            return "; name another one with --to, or give it a priority: CONFIG SET replica-priority 100"
        }
        return "; name another one with --to, or try again later; see interrex status"
    }
}

extension Switchover {
    /// Whether nobody has said yet what became of it.
    public var isOpen: Bool { state == nil || state == .running }

    fileprivate var words: String {
        let wish = to.map { "to \($0)" } ?? awayFrom.map { "away from \($0)" } ?? "to any replica"
        return "\(wish), \(state == .running ? "running" : "not begun")"
    }
}
