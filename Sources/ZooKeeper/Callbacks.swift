internal import CZooKeeper

// What libzookeeper's completion thread calls. All are top-level functions: a closure literal may inherit the isolation
// of where it is written, and then traps on a foreign thread.

/// The session's one watcher; its context is the link, unretained, which outlives the handle.
func watcherFired(
    _ handle: OpaquePointer?, _ type: Int32, _ state: Int32, _ path: UnsafePointer<CChar>?,
    _ context: UnsafeMutableRawPointer?
) {
    guard let handle, let context else { return }
    let link = Unmanaged<Link>.fromOpaque(context).takeUnretainedValue()
    if type == ZOO_SESSION_EVENT {
        link.sessionChanged(to: state, of: handle)
    } else if let kind = WatchEvent.Kind(type: type), let path {
        link.fired(kind, String(cString: path))
    }
}

/// The digest was taken or refused. Its context is the link, unretained: it may run after each reconnect, or never.
func digestCompleted(_ code: Int32, _ context: UnsafeRawPointer?) {
    guard let context else { return }
    Unmanaged<Link>.fromOpaque(context).takeUnretainedValue().digestAnswered(code)
}

func nodeCompleted(
    _ code: Int32, _ data: UnsafePointer<CChar>?, _ length: Int32, _ stat: UnsafePointer<CZooKeeper.Stat>?,
    _ context: UnsafeRawPointer?
) {
    complete(code, context) { _ in
        guard let stat = stat?.pointee else { return nil }
        // No data at all (NULL) has length -1.
        let bytes = UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : max(0, Int(length)))
        guard bytes.count == Int(stat.dataLength) else { return nil }
        return .node(Node(data: Array(bytes), stat: Stat(stat)))
    }
}

func statCompleted(_ code: Int32, _ stat: UnsafePointer<CZooKeeper.Stat>?, _ context: UnsafeRawPointer?) {
    complete(code, context) { _ in stat.map { .stat(Stat($0.pointee)) } }
}

func aclCompleted(
    _ code: Int32, _ acl: UnsafeMutablePointer<ACL_vector>?, _ stat: UnsafeMutablePointer<CZooKeeper.Stat>?,
    _ context: UnsafeRawPointer?
) {
    complete(code, context) { _ in
        guard let acl = acl?.pointee, let stat = stat?.pointee else { return nil }
        let entries = (0..<Int(acl.count)).map { index in
            let entry = acl.data[index]
            return ACL.Entry(
                .init(rawValue: entry.perms), scheme: String(cString: entry.id.scheme),
                id: String(cString: entry.id.id))
        }
        return .acl(ACL(entries), Stat(stat))
    }
}

func nameCompleted(_ code: Int32, _ name: UnsafePointer<CChar>?, _ context: UnsafeRawPointer?) {
    complete(code, context) { _ in name.map { .name(String(cString: $0)) } }
}

func namesCompleted(_ code: Int32, _ names: UnsafePointer<String_vector>?, _ context: UnsafeRawPointer?) {
    complete(code, context) { _ in
        guard let names = names?.pointee else { return nil }
        return .names((0..<Int(names.count)).map { String(cString: names.data[$0]!) })
    }
}

func voidCompleted(_ code: Int32, _ context: UnsafeRawPointer?) {
    complete(code, context) { _ in .nothing }
}

func multiCompleted(_ code: Int32, _ context: UnsafeRawPointer?) {
    complete(code, context) { ticket in ticket.results.map { .results($0.values) } }
}

/// Answers the call, unless it was answered before (deadline, cancellation, close). A reply without what it should have
/// is a marshalling error.
private func complete(_ code: Int32, _ context: UnsafeRawPointer?, _ reply: (Ticket) -> Reply?) {
    guard let context else { return }
    let ticket = Unmanaged<Ticket>.fromOpaque(context).takeUnretainedValue()
    defer { ticket.link.settled(ticket) }
    if code != ZOK.rawValue {
        let code = ZooKeeperError.Code(rawValue: code)
        ticket.link.answer(ticket.id, .failure(Failure(code: code, operation: ticket.results?.firstRefused(code))))
    } else if let reply = reply(ticket) {
        ticket.link.answer(ticket.id, .success(reply))
    } else {
        ticket.link.answer(ticket.id, .failure(Failure(code: .marshalling)))
    }
}

/// What libzookeeper carries for us between a request and its completion.
///
/// The link keeps it, and libzookeeper's pointer is unretained: a completion comes once at most, but requests that are
/// unanswered when the handle is closed never get theirs, so a retain for the completion would be lost then.
final class Ticket: Sendable {
    let id: UInt64
    let link: Link
    /// Where the completion of a `multi` finds its results.
    let results: MultiBuffers?

    init(_ id: UInt64, _ link: Link, _ results: MultiBuffers?) {
        self.id = id
        self.link = link
        self.results = results
    }
}

/// What came back for a call.
enum Reply: Sendable {
    case nothing
    case node(Node)
    case stat(Stat)
    case acl(ACL, Stat)
    case name(String)
    case names([String])
    case results([OperationResult])
}
