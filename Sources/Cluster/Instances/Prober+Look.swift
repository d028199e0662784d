public import Redis
public import Succession
import Vocabulary

extension Prober {
    /// What a lease reads of its own server; nil where it answers as no redis-server.
    public func look(over connection: Connection) async throws -> ServerLook? {
        let info = try await connection.info(within: limit)
        confidants.heard(info, from: connection.address)
        return ServerLook(info)
    }
}

extension ServerLook {
    init?(_ info: Info) {
        guard let history = History(info) else { return nil }
        let role: Role
        switch info["role"] {
        case "master": role = .master
        case "slave":
            let replication = Replication(info, history)
            role = .replica(of: replication.master, isSynchronised: replication.synchronised && replication.isLinked)
        default: return nil
        }
        func number(_ field: String) -> Int64 { info[field].flatMap { Int64($0) } ?? 0 }
        self.init(
            role: role, history: history, runID: info["run_id"] ?? "",
            isLoading: info["loading"] == "1" || info["async_loading"] == "1", logs: info["aof_enabled"] == "1",
            isRewriting: info["aof_rewrite_in_progress"] == "1" || info["aof_rewrite_scheduled"] == "1"
                || info["aof_last_bgrewrite_status"] == "err",
            isSaving: info["rdb_bgsave_in_progress"] == "1", lastSave: number("rdb_last_save_time"),
            changes: number("rdb_changes_since_last_save"), replicas: Int(number("connected_slaves")))
    }
}
