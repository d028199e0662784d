import Redis
public import Succession
public import Vocabulary

extension Prober {
    /// What the sentinel at `address` says of our master; nil where it is silent. One that doesn't know the name
    /// answers, and names nobody.
    public func opinion(of address: Address) async -> Opinion? {
        do {
            return try await connected(to: address, settings.sentinelCredentials) { try await opinion(over: $0) }
        } catch {
            shortage.note(error)
            return nil
        }
    }

    /// The same of one that is not known to be ours: it is told no password.
    func report(ofStranger address: Address) async -> SentinelReport {
        do {
            return SentinelReport(address, try await connected(to: address, nil) { try await opinion(over: $0) })
        } catch {
            shortage.note(error)
            return SentinelReport(address, nil, trouble: error.isOurs ? .unasked : SentinelTrouble(Answer(error)))
        }
    }

    /// The same with all that only a watcher asks for.
    /// - Parameter last: what it said when all was well and since when it has told of no event. Whom it knows is asked
    ///   for again only where their numbers are others.
    public func detailedOpinion(of address: Address, since last: Opinion? = nil) async -> Opinion? {
        await report(of: address, since: last).opinion
    }

    /// The same with the reason where there is none.
    public func report(of address: Address, since last: Opinion? = nil) async -> SentinelReport {
        let isTold = confidants.knowsSentinel(address)
        do {
            return SentinelReport(address, try await survey(address, since: last))
        } catch {
            shortage.note(error)
            guard !error.isOurs else { return SentinelReport(address, nil, trouble: .unasked) }
            let answer = Answer(error)
            let isWithheld =
                answer == .denied && !isTold && confidants.withhold(.sentinel, from: address, of: settings)
            return SentinelReport(address, nil, trouble: isWithheld ? .withheld : SentinelTrouble(answer))
        }
    }

    private func survey(_ address: Address, since last: Opinion?) async throws -> Opinion {
        try await asking(address, settings.sentinelCredentials) { connection in
            if let last {
                let (named, master, id) = try await connection.sentinelOpinion(
                    named: settings.masterName, within: limit)
                if let master, master.replicas == last.details.replicas.count,
                    master.otherSentinels == last.details.sentinels.count
                {
                    return Opinion(named, master, id, knowing: last.details).asked(await connection.hasAuthenticated)
                }
            }
            let survey = try await connection.sentinelSurvey(named: settings.masterName, within: limit)
            return Opinion(survey, hearing: confidants.heard(survey.peers, from: address))
                .asked(await connection.hasAuthenticated)
        }
    }

    /// What answers at an address where a sentinel was.
    /// - Parameter expected: its id, empty where that is not known: another sentinel may have its port. Nil: any
    ///   sentinel will do.
    public func peer(_ address: Address, expecting expected: String? = nil) async -> PeerAnswer {
        do {
            return try await asking(address, settings.sentinelCredentials) { connection in
                async let id = connection.sentinelID(within: limit)
                let info = try await connection.info(["server"], within: limit, renaming: false)
                guard info["redis_mode"] == "sentinel" else { return .stranger }
                guard let expected else { return .sentinel }
                return PeerAnswer(try? await id, expecting: expected)
            }
        } catch {
            shortage.note(error)
            guard !error.isOurs else { return .unasked }
            return switch Answer(error) {
            case .refused: .refused
            case .silent: .silent
            // It may be a sentinel all the same.
            case .denied, .loading: .unproven
            default: .stranger
            }
        }
    }

    private func opinion(over connection: Connection) async throws -> Opinion {
        let survey = try await connection.sentinelOpinionAndPeers(named: settings.masterName, within: limit)
        var opinion = Opinion(survey.address, survey.master, survey.id)
        opinion.note(survey.peers, hearing: confidants.heard(survey.peers, from: connection.address))
        return opinion
    }
}

extension Error {
    /// Whether it was our own machine that failed, so that nothing is known of the peer.
    var isOurs: Bool { (self as? RedisError)?.code == .system }
}

extension PeerAnswer {
    /// - Parameter expected: empty where it is not known who should be there.
    fileprivate init(_ id: String?, expecting expected: String) {
        guard !expected.isEmpty, let id else {
            self = .unproven
            return
        }
        self = id == expected ? .sentinel : .stranger
    }

    /// The same of one that was asked for its opinion.
    init(_ report: SentinelReport, expecting expected: String) {
        switch report.trouble {
        case nil: self.init(report.opinion?.id, expecting: expected)
        case .refused: self = .refused
        case .silent: self = .silent
        case .denied, .withheld: self = .unproven
        case .stranger: self = .stranger
        case .unasked: self = .unasked
        }
    }
}

extension SentinelTrouble {
    fileprivate init(_ answer: Answer) {
        switch answer {
        case .refused: self = .refused
        case .denied: self = .denied
        case .notRedis: self = .stranger
        case .silent, .loading, .master, .replica: self = .silent
        }
    }
}

extension Opinion {
    fileprivate init(_ survey: SentinelSurvey, hearing heard: Set<Address>) {
        self.init(survey.address, survey.master, survey.id)
        details.replicas = survey.replicas.compactMap(\.address)
        details.barred = Set(survey.replicas.filter { bars($0) }.compactMap(\.address))
        note(survey.peers, hearing: heard)
        details.hasQuorum = survey.hasQuorum
    }

    fileprivate init(_ named: Address?, _ master: SentinelMaster, _ id: String?, knowing old: SentinelDetails) {
        self.init(named, master, id)
        (details.replicas, details.barred) = (old.replicas, old.barred)
        (details.sentinels, details.sentinelIDs, details.hasQuorum) = (old.sentinels, old.sentinelIDs, old.hasQuorum)
        details.heard = old.heard
    }

    fileprivate func asked(_ asksForPassword: Bool) -> Opinion {
        var opinion = self
        opinion.details.asksForPassword = asksForPassword
        return opinion
    }

    fileprivate mutating func note(_ peers: [SentinelPeer], hearing heard: Set<Address>) {
        let known = peers.compactMap { peer in peer.address.map { ($0, peer) } }
        details.sentinels = known.map(\.0)
        details.sentinelIDs = Dictionary(known.filter(\.1.isKnown).map { ($0, $1.id) }) { $1 }
        details.heard = heard
    }

    /// Whether Sentinel would pass over this replica when it chooses whom to promote (sentinel.c,
    /// `sentinelSelectSlave`): one that is down or disconnected in its eyes, or whose link was down for ten times
    /// `down-after` longer than it has considered the master down.
    func bars(_ replica: SentinelReplica) -> Bool {
        guard replica.flags.isDisjoint(with: ["s_down", "o_down", "disconnected"]) else { return true }
        let linkDown = replica.fields["master-link-down-time"].flatMap { Int64($0) } ?? 0
        return .milliseconds(linkDown) > details.masterDown + details.downAfter * 10
    }

    init(_ named: Address?, _ master: SentinelMaster?, _ id: String? = nil) {
        self.init(names: named)
        // Ids have the form of replication ids.
        self.id = id.flatMap { isReplicationID($0) ? $0 : nil }
        guard let master else { return }
        subjectivelyDown = master.flags.contains("s_down")
        failoverFor = master.isFailoverInProgress ? .zero : nil
        failoverTimeout = master.failoverTimeout
        epoch = Int(master.configEpoch)
        peers = master.otherSentinels
        details = SentinelDetails(
            isDisconnected: master.flags.contains("disconnected"),
            lastReply: master.fields["last-ok-ping-reply"].flatMap { Int64($0) }.map { .milliseconds($0) } ?? .zero,
            downAfter: master.downAfter,
            masterDown: master.fields["s-down-time"].flatMap { Int64($0) }.map { .milliseconds($0) } ?? .zero,
            quorum: master.quorum, parallelSyncs: master.fields["parallel-syncs"].flatMap { Int($0) } ?? 1)
        // What comes over the network is shown in a line.
        details.notificationScript = master.fields["notification-script"]?.clipped.oneLine
        details.reconfigScript = master.fields["client-reconfig-script"]?.clipped.oneLine
    }
}
