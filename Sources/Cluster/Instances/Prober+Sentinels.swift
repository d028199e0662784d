public import Redis
public import Succession

extension Prober {
    /// What the sentinel at `address` says of our master; nil where it is silent. One that doesn't know the name answers,
    /// and names nobody.
    public func opinion(of address: Address) async -> Opinion? {
        do {
            return try await connected(to: address, settings.sentinelCredentials) { try await opinion(over: $0) }
        } catch {
            shortage.note(error)
            return nil
        }
    }

    /// The same with all that only a watcher asks for.
    /// - Parameter last: what it said when all was well and since when it has told of no event. Whom it knows is asked for again
    ///   only where their numbers are others.
    public func detailedOpinion(of address: Address, since last: Opinion? = nil) async -> Opinion? {
        await report(of: address, since: last).opinion
    }

    /// The same with the reason where there is none.
    public func report(of address: Address, since last: Opinion? = nil) async -> SentinelReport {
        do {
            return SentinelReport(address, try await survey(address, since: last))
        } catch {
            shortage.note(error)
            return SentinelReport(address, nil, trouble: SentinelTrouble(Answer(error)))
        }
    }

    private func survey(_ address: Address, since last: Opinion?) async throws -> Opinion {
        try await asking(address, settings.sentinelCredentials) { connection in
            if let last {
                let (named, master) = try await connection.sentinelOpinion(
                    named: settings.masterName, within: limit)
                if let master, master.replicas == last.details.replicas.count,
                    master.otherSentinels == last.details.sentinels.count
                {
                    return Opinion(named, master, knowing: last.details)
                }
            }
            let survey = try await connection.sentinelSurvey(named: settings.masterName, within: limit)
            confidants.heard(survey.peers, from: address)
            return Opinion(survey)
        }
    }

    /// What answers at an address where a sentinel was.
    public func peer(_ address: Address) async -> PeerAnswer {
        do {
            return try await asking(address, settings.sentinelCredentials) { connection in
                let info = try await connection.info(["server"], within: limit)
                return info["redis_mode"] == "sentinel" ? .sentinel : .stranger
            }
        } catch {
            shortage.note(error)
            return switch Answer(error) {
            case .refused: .refused
            case .silent: .silent
            // Another password: it may be a sentinel all the same.
            case .denied, .loading: .sentinel
            default: .stranger
            }
        }
    }

    private func opinion(over connection: Connection) async throws -> Opinion {
        let (named, master) = try await connection.sentinelOpinion(named: settings.masterName, within: limit)
        return Opinion(named, master)
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
    fileprivate init(_ survey: SentinelSurvey) {
        self.init(survey.address, survey.master)
        details.replicas = survey.replicas.compactMap { Address($0.endpoint) }
        details.barred = Set(survey.replicas.filter { bars($0) }.compactMap { Address($0.endpoint) })
        details.sentinels = survey.peers.compactMap { Address($0.endpoint) }
        details.hasQuorum = survey.hasQuorum
    }

    fileprivate init(_ named: Endpoint?, _ master: SentinelMaster, knowing old: SentinelDetails) {
        self.init(named, master)
        (details.replicas, details.barred) = (old.replicas, old.barred)
        (details.sentinels, details.hasQuorum) = (old.sentinels, old.hasQuorum)
    }

    /// Whether Sentinel would pass over this replica when it chooses whom to promote (sentinel.c, `sentinelSelectSlave`):
    /// one that is down or disconnected in its eyes, or whose link was down for ten times `down-after` longer than it has
    /// held the master for down.
    func bars(_ replica: SentinelReplica) -> Bool {
        guard replica.flags.isDisjoint(with: ["s_down", "o_down", "disconnected"]) else { return true }
        let linkDown = replica.fields["master-link-down-time"].flatMap { Int64($0) } ?? 0
        return .milliseconds(linkDown) > details.masterDown + details.downAfter * 10
    }

    init(_ named: Endpoint?, _ master: SentinelMaster?) {
        self.init(names: named.flatMap { Address($0) })
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

extension Endpoint {
    /// Where the server at `address` is connected to.
    public init(_ address: Address) { self.init(host: address.host.description, port: address.port) }
}

extension Address {
    init?(_ endpoint: Endpoint) { self.init(host: endpoint.host, port: endpoint.port) }
}
