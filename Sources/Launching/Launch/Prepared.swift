import Cluster
import Glibc
import Processes
import Runtime
import ZooKeeper

/// A launch that has been registered and has only its last steps to do, on the main thread.
struct Prepared: Sendable {
    var launch: LaunchSettings
    /// What the server becomes, in a line for people, and what else that line bears.
    var explanation: String
    var fields: [LogField]
    /// The rendered file.
    var text: String
    var lease: LeaseProcess
    var order: LeaseOrder
    /// What happens to the data in the folder right before the server starts.
    var move = DataMove.none
    /// Kept open to the end: closing it would take our nodes away.
    var session: Session

    /// Sets data aside, writes the file, tells the lease its order, becomes the server. Returns only by throwing, with
    /// nothing left registered and no lease left running.
    /// - Parameter began: when the launch began.
    func becomeServer(since began: ContinuousClock.Instant) throws -> Never {
        do {
            try move.carryOut()
            try ConfigFile.write(text, to: launch.configPath)
            guard let server = launch.server else { preconditionFailure("a render-only launch never gets here") }
            try lease.send(order)
            if StopSignals.received != 0 { throw Stopped(signal: StopSignals.received) }
            Log.notice(explanation, with: fields + [.address(launch.address), .took(.now - began)])
            throw server.failure(Replacement.become(server.path, [launch.configPath]))
        } catch {
            lease.end()
            let session = session
            try? EventLoop.run { _ in await session.close() }
            throw error
        }
    }
}
