import Succession
import Vocabulary

/// What `interrex status` shows of one cluster.
public struct StatusPage: Sendable {
    let sight: Sight
    let rows: [ServerRow]
    public let findings: [Finding]
    public let verdict: Verdict

    public init(_ sight: Sight) {
        self.sight = sight
        rows = sight.servedAddresses.map { ServerRow($0, in: sight) }
        findings = sight.findings
        verdict = sight.verdict(findings)
    }

    /// For people: the verdict, who is what, and what is wrong.
    /// - Parameter asTree: who replicates from whom, in the place of the table of servers.
    /// - Parameter room: how many lines there are room for: where it is too little, what is wrong comes before the
    ///   tables; nil: as many as it takes.
    public func lines(on canvas: Canvas, asTree: Bool = false, within room: Int? = nil) -> [String] {
        let servers = asTree ? ReplicationTree(sight, rows).lines(on: canvas) : serverLines(on: canvas)
        let tables = [servers, sentinelTable.lines(on: canvas), watcherTable.lines(on: canvas)]
        let (head, wrong) = ([headline(on: canvas)], [findings.flatMap { $0.lines(on: canvas) }])
        func page(_ parts: [[String]]) -> [String] { Array(parts.filter { !$0.isEmpty }.joined(separator: [""])) }
        let whole = page(head + tables + wrong)
        guard let room, whole.count > room else { return whole }
        return page(head + wrong + tables)
    }

    private func headline(on canvas: Canvas) -> [String] {
        let first = canvas.wrapped("\(sight.root)  \(verdict.text)".shown, hanging: sight.root.count + 2)
        return first.map { canvas.paint($0, verdict.state.tone) }
            + canvas.wrapped(masterLine(on: canvas).shown, hanging: 2)
            + canvas.wrapped(counts, hanging: 2)
    }

    /// Who is master, since when and why; the time is left out where it would take a second line.
    private func masterLine(on canvas: Canvas) -> String {
        guard let master = sight.snapshot.record?.address else { return "master: none is recorded" }
        guard let reign = sight.reign, let entry = sight.history.last else { return "master \(master)" }
        let from = entry.old.map { " after \($0)" } ?? ""
        let who = entry.who.map { ", asked for by \($0)" } ?? ""
        let (start, cause) = ("master \(master) for \(Amount.time(reign))", " (\(entry.cause)\(from)\(who))")
        let whole = "\(start), since \(entry.time)\(cause)"
        return whole.count <= canvas.width ?? .max ? whole : start + cause
    }

    private var counts: String {
        let snapshot = sight.snapshot
        let linked = snapshot.linkedReplicas.count
        let answering = Set(snapshot.sentinels.filter { $0.opinion != nil }.map(\.address)).count
        return "\(linked) of \(snapshot.expectedReplicas ?? linked) replicas linked, \(answering) of "
            + "\(snapshot.sentinels.electorate) sentinels answer, \(sight.watchers.count) "
            + "\(sight.watchers.count == 1 ? "watcher" : "watchers"), epoch \(snapshot.cluster?.epoch ?? 0)"
    }
}

extension String {
    /// Others have their say in it: nothing that a terminal would act on.
    fileprivate var shown: String { escapedLine(atMost: 4_000) }
}

extension Finding {
    /// It with its cause and what to type next.
    public func lines(on canvas: Canvas) -> [String] {
        let (word, tone): (String, Canvas.Tone) =
            switch weight {
            case .note: ("note", .faint)
            case .degraded: ("warning", .doubtful)
            case .outage: ("OUTAGE", .bad)
            }
        let title = "\(name)\(subject.map { " \($0.shown)" } ?? "")"
        return ["\(canvas.paint(word, tone))  \(canvas.paint(title, .strong))"]
            + canvas.wrapped(text.shown, indent: 2) + commands.map { "  next: \($0.shown)" }
    }
}

extension Verdict.State {
    var tone: Canvas.Tone {
        switch self {
        case .healthy: .good
        case .degraded: .doubtful
        case .noMaster: .bad
        }
    }
}
