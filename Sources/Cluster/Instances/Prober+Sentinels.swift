import Redis
public import Succession

extension Prober {
    /// What the sentinel at `address` says of our master; nil where it is silent. One that doesn't know the name answers,
    /// and names nobody.
    public func opinion(of address: Address) async -> Opinion? {
        try? await connected(to: address, settings.sentinelCredentials) { connection in
            async let named = connection.masterAddress(named: settings.masterName, within: limit)
            async let details = connection.sentinelMaster(named: settings.masterName, within: limit)
            return try await Opinion(named, details)
        }
    }
}

extension Opinion {
    fileprivate init(_ named: Endpoint?, _ details: SentinelMaster?) {
        self.init(names: named.flatMap { Address(host: $0.host, port: $0.port) })
        guard let details else { return }
        subjectivelyDown = details.flags.contains("s_down")
        failoverFor = details.flags.contains("failover_in_progress") ? .zero : nil
        failoverTimeout = details.failoverTimeout
        epoch = Int(details.configEpoch)
        peers = details.otherSentinels
    }
}
