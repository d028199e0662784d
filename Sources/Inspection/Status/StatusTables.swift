public import Succession
import Vocabulary

/// The tables of a status page. Columns that a narrow terminal has no room for go first where they have the least
/// weight.
extension StatusPage {
    func serverLines(on canvas: Canvas) -> [String] {
        let lines = serverTable.lines(on: canvas)
        guard let titles = lines.first else { return [] }
        let below = zip(rows, lines.dropFirst()).flatMap { row, line in
            [line]
                + (row.disagreement.map { canvas.wrapped("! \($0)", indent: 2, hanging: 4) } ?? []).map {
                    canvas.paint($0, .bad)
                }
        }
        return [titles] + below
    }

    private var serverTable: Table {
        var table = Table([
            .init("server"), .init("says", weight: 9), .init("ZooKeeper", weight: 8), .init("sentinels", weight: 7),
            .init("link", weight: 6), .init("lag", weight: 5), .init("memory", weight: 4, isRightAligned: true),
            .init("up", weight: 3, isRightAligned: true), .init("version", weight: 2),
            .init("offset", weight: 1, isRightAligned: true),
        ])
        let opinions = sight.snapshot.sentinels.opinions.count
        for row in rows {
            let isSound = ["master", "replica"].contains(row.role) && !row.isStranger
            let names = row.namedBy == opinions ? "master" : "master \(row.namedBy)/\(opinions)"
            // The sentinels know it still, and nobody else.
            let isGone = row.registration == nil && ["refused", "silent"].contains(row.role)
            table.add([
                .init(row.address.description),
                .init(
                    row.isStranger ? "stranger" : isGone ? "gone" : row.role,
                    isSound ? .plain : isGone ? .faint : .bad),
                .init(row.registration?.rawValue, row.registration == nil ? .doubtful : .plain),
                .init(row.namedBy > 0 ? names : row.isKnownReplica ? "replica" : nil),
                .init(row.isLinked.map { $0 ? "up" : "down" }, row.isLinked == false ? .bad : .plain),
                .init(row.lagText),
                .init(row.facts?.memoryText), .init(row.facts?.uptime?.inWords), .init(row.facts?.version),
                .init(row.offset.map(String.init)),
            ])
        }
        return table
    }

    var sentinelTable: Table {
        var table = Table([
            .init("sentinel"), .init("names", weight: 9), .init("master", weight: 8), .init("peers", weight: 6),
            .init("quorum", weight: 7), .init("state", weight: 5), .init("up", weight: 3, isRightAligned: true),
            .init("version", weight: 2), .init("epoch", weight: 1, isRightAligned: true),
        ])
        for report in sight.sentinelReports {
            let facts = sight.sentinels[report.address]
            guard let opinion = report.opinion else {
                let isGone = sight.snapshot.gonePeers.contains(report.address)
                let why = isGone ? "gone" : report.trouble?.rawValue ?? "silent"
                table.add(
                    [.init(report.address.description), .init(why, isGone ? .faint : .bad)]
                        + .init(repeating: "-", count: 7))
                continue
            }
            let isRight = opinion.names == sight.snapshot.record?.address
            let state = opinion.failoverFor != nil ? "failover" : facts?.isInTilt ?? false ? "TILT" : nil
            table.add([
                .init(report.address.description),
                .init(opinion.names?.description ?? "nobody", isRight ? .plain : .bad),
                .init(opinion.subjectivelyDown ? "down" : "up", opinion.subjectivelyDown ? .bad : .plain),
                .init(String(opinion.peers)),
                .init(
                    "\(opinion.details.quorum) \(opinion.details.hasQuorum ? "reached" : "NOT reached")",
                    opinion.details.hasQuorum ? .plain : .bad),
                .init(state, state == nil ? .plain : .doubtful), .init(facts?.uptime?.inWords), .init(facts?.version),
                .init(String(opinion.epoch)),
            ])
        }
        return table
    }

    var watcherTable: Table {
        var table = Table([.init("watcher"), .init("role"), .init("answers"), .init("version", weight: 1)])
        for (index, watcher) in sight.watchers.enumerated() {
            table.add([
                .init(watcher.address.description), .init(index == 0 ? "leads" : "waits"),
                .init(watcher.answers.map { $0 ? "yes" : "no" }, watcher.answers == false ? .doubtful : .plain),
                .init(watcher.version),
            ])
        }
        return table
    }
}

extension Sight {
    /// Believed sentinels, each address once; behind them those that are gone and that others still know.
    public var sentinelReports: [SentinelReport] {
        var seen: Set<Address> = []
        let gone = snapshot.gonePeers.sorted().map {
            SentinelReport($0, nil, isRegistered: false, trouble: snapshot.peers[$0] == .silent ? .silent : .refused)
        }
        return (snapshot.sentinels + gone).filter { seen.insert($0.address).inserted }
    }
}

extension ServerRow {
    fileprivate var lagText: String? {
        guard let lag else { return nil }
        // A link that is sound may be silent for ten seconds (repl-ping-replica-period).
        let behind = lastContact.flatMap { $0 > .seconds(10) ? ", \($0.inWords)" : nil } ?? ""
        return Amount.bytes(lag) + behind
    }
}

extension ServerFacts {
    fileprivate var memoryText: String? {
        guard let used = usedMemory else { return nil }
        guard let limit = memoryLimit else { return Amount.bytes(used) }
        return "\(Amount.bytes(used)) \(Int(min(Double(used) / Double(limit) * 100, 999).rounded())) %"
    }
}
