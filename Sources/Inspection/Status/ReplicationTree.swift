import Succession
import Vocabulary

/// Who replicates from whom: servers that follow nobody at the left, each with its replicas below it.
struct ReplicationTree {
    private let rows: [ServerRow]
    private let recorded: Address?

    init(_ sight: Sight, _ rows: [ServerRow]) {
        self.rows = rows
        recorded = sight.snapshot.record?.address
    }

    func lines(on canvas: Canvas) -> [String] {
        var shown: Set<Address> = []
        var lines: [String] = []
        let known = Set(rows.map(\.address))
        let roots = rows.filter { row in row.follows.map { !known.contains($0) } ?? true }
        // Servers that follow each other in a ring have no root.
        for row in roots + rows where !shown.contains(row.address) {
            lines += branch(row, "", "", canvas, &shown)
        }
        return lines
    }

    private func branch(
        _ row: ServerRow, _ first: String, _ next: String, _ canvas: Canvas, _ shown: inout Set<Address>
    ) -> [String] {
        guard shown.insert(row.address).inserted else { return [] }
        var lines = [first + label(row, canvas)]
        let replicas = rows.filter { $0.follows == row.address && !shown.contains($0.address) }
        let (fork, end, bar) = canvas.hasUnicode ? ("├─ ", "└─ ", "│  ") : ("|- ", "`- ", "|  ")
        for (index, replica) in replicas.enumerated() {
            let isLast = index == replicas.count - 1
            lines += branch(replica, next + (isLast ? end : fork), next + (isLast ? "   " : bar), canvas, &shown)
        }
        return lines
    }

    private func label(_ row: ServerRow, _ canvas: Canvas) -> String {
        let isSound = ["master", "replica"].contains(row.role) && !row.isStranger
        var words = ["\(row.address)", canvas.paint(row.isStranger ? "stranger" : row.role, isSound ? .plain : .bad)]
        if row.address == recorded { words.append("(recorded master)") }
        if row.isLinked == false { words.append(canvas.paint("link down", .bad)) }
        if let lag = row.lag { words.append("lag \(Amount.bytes(lag))") }
        if let follows = row.follows, !rows.contains(where: { $0.address == follows }) {
            words.append(canvas.paint("follows \(follows)", .bad))
        }
        if let version = row.facts?.version { words.append(version) }
        return words.joined(separator: "  ")
    }
}
