import Succession

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

    /// Whether the data that no server would load is what a first synchronisation left that was broken off: an RDB file, all of
    /// which the master has, beside a log that never took a write. The next synchronisation takes its place.
    func isLeftBySynchronisation(of master: Address, _ observation: Observation) -> Bool {
        guard !inPlace.isPassedOver, dataFiles.loadsAOF, !dataFiles.logHoldsData,
            let snapshot = try? DataFile(dataFiles.rdb), let header = snapshot.header, let id = header.replicationID,
            let offset = header.offset
        else { return false }
        let copy = Freshness(holdsData: true, replicationID: id, offset: offset)
        return observation.isContained(copy, inHistoryOf: master)
    }
}
