import Succession
package import Vocabulary

/// What `interrex status --all` shows: a line for each cluster.
public struct Overview: Sendable {
    /// One cluster, or why it could not be looked at.
    public enum Line: Sendable {
        case page(StatusPage)
        case unseen(root: String, why: String)
    }

    private let lines: [Line]

    public init(_ lines: [Line]) { self.lines = lines }

    /// The worst verdict; of one that could not be looked at 1.
    public var exitCode: Int32 {
        lines.map { line in
            switch line {
            case .page(let page): page.verdict.exitCode
            case .unseen: 1
            }
        }.max() ?? 0
    }

    private var table: Table {
        var table = Table([
            .init("cluster"), .init("state", weight: 1), .init("master", weight: 8),
            .init("replicas", weight: 5), .init("sentinels", weight: 4), .init("verdict", weight: 2, isWrapped: true),
        ])
        for line in lines {
            switch line {
            case .unseen(let root, let why): table.add([.init(root), .init("unseen", .bad), "-", "-", "-", .init(why)])
            case .page(let page):
                let snapshot = page.sight.snapshot
                let answering = page.sight.sentinelReports.count { $0.opinion != nil }
                let linked = snapshot.linkedReplicas.count
                table.add([
                    .init(page.sight.root), .init(page.verdict.state.rawValue, page.verdict.state.tone),
                    .init(snapshot.record?.address.description),
                    .init("\(linked)/\(snapshot.expectedReplicas ?? linked)"),
                    .init("\(answering)/\(snapshot.sentinels.electorate)"),
                    .init(page.verdict.text),
                ])
            }
        }
        return table
    }

    public func lines(on canvas: Canvas) -> [String] { table.lines(on: canvas) }

    public var tabSeparated: [String] { table.tabSeparated }

    /// As `status --json` of each.
    package var json: JSON {
        .array(
            lines.map { line in
                switch line {
                case .page(let page): page.json
                case .unseen(let root, let why):
                    ["root": .string(root), "state": .string("unseen"), "verdict": .string(why)]
                }
            })
    }
}
