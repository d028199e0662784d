import Succession
import Vocabulary

extension StatusPage {
    /// A line of titles, then one for each server, sentinel and watcher. Amounts are whole numbers; what is not known
    /// is `-`.
    package var tabSeparated: [String] {
        var table = Table(
            ["kind", "address", "role", "master", "link", "lag_bytes", "offset", "memory_bytes", "uptime_s", "version"]
                .map { Table.Column($0) })
        func add(_ kind: String, _ address: Address, _ cells: [String?]) {
            table.add([.init(kind), .init(address.description)] + cells.map { Table.Cell($0) })
        }
        for row in rows {
            let uptime = row.facts?.uptime.map { String($0.components.seconds) }
            add(
                "server", row.address,
                [
                    row.isStranger ? "stranger" : row.role, row.follows?.description,
                    row.isLinked.map { $0 ? "up" : "down" }, row.lag.map(String.init), row.offset.map(String.init),
                    row.facts?.usedMemory.map(String.init), uptime, row.facts?.version,
                ])
        }
        for report in sight.sentinelReports {
            let facts = sight.sentinels[report.address]
            let role = report.opinion == nil ? report.trouble?.rawValue ?? "silent" : "sentinel"
            let uptime = facts?.uptime.map { String($0.components.seconds) }
            add(
                "sentinel", report.address,
                [role, report.opinion?.names?.description, nil, nil, nil, nil, uptime, facts?.version])
        }
        for (index, watcher) in sight.watchers.enumerated() {
            add(
                "watcher", watcher.address,
                [index == 0 ? "leads" : "waits", nil, nil, nil, nil, nil, nil, watcher.version])
        }
        return table.tabSeparated
    }
}
