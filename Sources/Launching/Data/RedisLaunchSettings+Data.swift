import Succession
import Vocabulary

/// What a launch makes of the data in its folder.
extension RedisLaunchSettings {
    /// What the lease is told of it.
    func leaseData(cluster: String?, _ move: DataMove) -> LeaseOrder.Data {
        let isKnown =
            switch move {
            case .none: inPlace.passport != nil
            case .setAside: false
            case .restore: copy.passport != nil
            }
        return LeaseOrder.Data(
            folder: launch.dataFolder, paths: dataFiles.paths, persistence: dataFiles.persistence, cluster: cluster,
            isUnknown: !isKnown)
    }

    /// As the machine weighs it.
    var launchData: LaunchData {
        LaunchData(
            inPlace: LaunchData.Copy(inPlace.freshness, problem: inPlace.problem),
            aside: copy.asideTime.map { _ in LaunchData.Copy(copy.freshness, problem: copy.problem) },
            leftover: leftover)
    }

    /// Data that no server would load, and that may be what a first synchronisation left that was broken off: an RDB
    /// file beside a log that never took a write. Where the master has all of it, the next synchronisation takes its
    /// place.
    private var leftover: Freshness? {
        guard inPlace.problem != nil, !inPlace.isPassedOver, dataFiles.loadsAOF, !dataFiles.logHoldsData,
            let snapshot = try? DataFile(dataFiles.rdb), let header = snapshot.header, let id = header.replicationID,
            let offset = header.offset
        else { return nil }
        return Freshness(holdsData: true, replicationID: id, offset: offset)
    }

    func move(for fate: DataFate) -> DataMove {
        switch fate {
        case .keep: .none
        case .setAside(let reason): .setAside(dataFiles.asides, because: reason)
        case .restore: copy.asideTime.map { .restore(dataFiles.asides, time: $0) } ?? .none
        }
    }
}
