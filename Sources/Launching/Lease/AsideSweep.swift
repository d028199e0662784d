import Cluster
import Glibc
import Succession

/// Deletes copies that were set aside once the server beside them provably holds all that is in them.
struct AsideSweep: Sendable {
    private let copies: AsideCopies
    /// What the copies were last compared with: before one of these changes another try has the same result.
    private var last: State?

    private struct State: Equatable {
        var replicationID: String
        var epoch: Int
        /// The id of the reign, as `/redis/cluster` has it. A claim's is written there only once its lease has looked
        /// at the server.
        var recorded: String?
    }

    init(_ data: LeaseOrder.Data) { copies = AsideCopies(folder: data.folder, paths: data.paths) }

    /// Whether there is any copy at all.
    var holdsCopies: Bool { !copies.times.isEmpty }

    /// - Parameters:
    ///   - look: of a server whose data is in its files.
    ///   - passport: how far that goes; one that was written.
    /// - Returns: whether a copy was deleted.
    mutating func sweep(_ look: ServerLook, _ passport: Passport, _ reign: ReignView) -> Bool {
        // What is in memory alone is nowhere after a crash.
        guard passport.persistence != .none else { return false }
        var held = look.history
        held.offset = min(held.offset, passport.offset)
        let state = State(
            replicationID: look.history.replicationID, epoch: reign.cluster.epoch, recorded: reign.cluster.replicationID
        )
        guard state != last else { return false }
        last = state
        var hasDeleted = false
        for time in copies.times {
            guard let theirs = copies.exactPassport(of: time), copies.isContained(time, in: held, reign.cluster)
            else {
                continue
            }
            let size = copies.size(of: time)
            copies.delete(time)
            hasDeleted = true
            Log.info(
                "the copy that was set aside at \(time) (\(size) bytes) is deleted: this server holds all that is in it (epoch "
                    + "\(theirs.epoch), offset \(theirs.offset))")
        }
        return hasDeleted
    }
}
