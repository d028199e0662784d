import Cluster

/// What a launch does with the data in its folder, right before the server starts.
enum DataMove: Equatable, Sendable {
    case none
    /// Renames it so that nothing overwrites it.
    case setAside(AsideCopies, because: String)
    /// Puts a copy back that was set aside at that time; what is there is set aside in its turn.
    case restore(AsideCopies, time: String)

    /// - Throws: `Failure` (78) where something can't be renamed.
    func carryOut() throws(Failure) {
        switch self {
        case .none: break
        case .setAside(let copies, let reason):
            for path in try copies.setAside(at: Timestamp.fileName, because: reason) {
                Log.warn("data is set aside as \(path): \(reason)")
            }
        case .restore(let copies, let time):
            let reason = "a copy that was set aside before is fresher"
            for path in try copies.setAside(at: Timestamp.fileName, because: reason) {
                Log.warn("data is set aside as \(path): \(reason)")
            }
            try copies.restore(time)
            Log.warn("the copy that was set aside at \(time) is the freshest, and is put back in its place")
        }
    }
}
