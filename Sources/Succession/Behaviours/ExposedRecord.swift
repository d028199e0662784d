/// Where others than the user of `ZK_AUTH` may change the nodes, a crashed master is replaced all the same: servers and sentinels
/// say that it crashed, and who has its data. Whom a node names, or what it asks for, is no reason to empty a server.
extension Action {
    /// Whether servers lose what they hold where somebody else has written what it was planned from.
    var destroysOnTheRecordsWord: Bool {
        switch self {
        case .attach, .repoint, .switchOver: true
        // Who is promoted, or told of, is looked at more strictly then.
        case .succeed, .force, .promote, .announce: false
        case .reset, .configure, .remove: false
        case .record, .keep, .answer, .alert, .publish: false
        }
    }
}

extension Snapshot {
    /// Whether another server of ours answers master: who is told to follow the recorded one takes that one's data.
    var hasRival: Bool { instances.keys.contains { $0 != record?.address && mayBeFollowed($0) } }
}
