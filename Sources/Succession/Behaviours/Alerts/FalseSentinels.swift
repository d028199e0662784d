/// What is said of sentinels that are not believed, and of masters for which there is but the sentinels' word.
extension Snapshot {
    /// How many false sentinels are named: somebody may have registered thousands.
    private static let namedSentinels = 5

    var falseSentinels: [Alert] {
        let strangers = sentinels.doubted.filter { !$0.isVouched }
        let taken = sentinels.doubted.filter(\.isVouched)
        return [
            (strangers, "no sentinel of ours: it has no identity of ours, and no sentinel of ours lists it as a peer"),
            (taken, "one of ours, but another sentinel answers there: somebody else has its port"),
        ].filter { !$0.0.isEmpty }.map { claims, reason in
            let addresses = Set(claims.map(\.address)).sorted()
            let rest = addresses.count - Self.namedSentinels
            let who = addresses.prefix(Self.namedSentinels).map(\.description).joined(separator: ", ")
            let named = Set(claims.compactMap(\.opinion?.names)).sorted().prefix(Self.namedSentinels)
            let words = named.isEmpty ? "" : " (master there: \(named.map(\.description).joined(separator: ", ")))"
            return Alert(
                "false-sentinels", about: claims[0].isVouched ? who : "\(mark.root)/sentinels",
                "registered below \(mark.root)/sentinels as \(who)\(rest > 0 ? " and \(rest) more" : "")\(words) is \(reason); "
                    + "it counts for nothing and is told nothing: delete that node, and find out who wrote it")
        }
    }

    /// Masters that sentinels name and that nothing else shows to be ours: nobody is told to follow them.
    var namedUnknownMasters: [Alert] {
        let named = Set(sentinels.opinions.compactMap(\.names)).filter { address in
            address != record?.address && answersMaster(address) && !isStranger(address) && !mayBeRecorded(address)
                && !knownReplicas.contains(address)
        }
        return named.sorted().map { master in
            let speakers = Set(sentinels.filter { $0.opinion?.names == master }.map(\.address.description)).sorted()
            return Alert(
                "unknown-master", about: master.description,
                "the sentinels \(speakers.joined(separator: ", ")) name \(master) as master, which has neither a lease nor our "
                    + "mark: it is not recorded, and nobody is told to follow it; stop it, or start it with interrex redis"
            )
        }
    }
}
