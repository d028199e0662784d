import Succession

/// The promises of a small world.
extension SmallWorld {
    /// A claim takes effect on what was seen.
    func claim(_ index: Int, _ sight: Sight) -> String? {
        if writes != sight.writes { return "promise 2: a claim over what was not read" }
        if !launchers[index].holdsData, sight.candidates.contains(where: \.holdsData) {
            return "promise 4: a claim with nothing beside a candidate that has data"
        }
        if !launchers[index].holdsData, sight.hasCluster, heldData {
            return "promise 4: a claim with nothing where there was data"
        }
        guard let before = sight.master, before.address != index else { return nil }
        if sight.members & (1 << before.address) != 0 {
            return "promise 1: a claim although the recorded one held its lease"
        }
        return nil
    }

    /// A process becomes a server.
    func start(_ index: Int, _ start: Start) -> String? {
        if start.master != nil { return nil }
        guard isLeased(index) else { return "promise 1: it starts as master without a lease" }
        // Whoever was recorded in between won with a word that goes before ours; else the record names us.
        if master?.address == index { return nil }
        let named = master.map { master in sentinels.count(where: { $0 == master.address }) * 2 > 3 } ?? false
        return named || !watchers.isEmpty ? nil : "promise 1: it starts as master though another is recorded"
    }

    /// What holds in every state: two launched masters only where the sentinels, or a watcher, replaced the first.
    var broken: String? {
        let masters = launchers.indices.filter { launchers[$0].phase == .serving && servers[$0] == .master }
        guard masters.count > 1, sentinels.isEmpty, watchers.isEmpty else { return nil }
        return "promise 1: \(masters) were all launched as masters"
    }
}
