import HummingbirdCore

/// Lets no more connections in than the ledger has places, and some for those that are about to make room.
///
/// Which of them stay is decided a moment later, on loops that may lag behind: a storm must not take all descriptors
/// meanwhile. Who waits outside stays in the kernel's queue.
struct AcceptGate: AvailableConnectionsDelegate {
    static let changing = 16

    let ledger: ConnectionLedger
    private var count = 0

    init(_ ledger: ConnectionLedger) { self.ledger = ledger }

    mutating func connectionOpened() { count += 1 }
    mutating func connectionClosed() { count -= 1 }
    func isAcceptingNewConnections() -> Bool { count < ledger.currentLimits.connections + Self.changing }
}
