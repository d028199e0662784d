public import Vocabulary

/// Servers and sentinels that others reach, and that let everybody in. It may be meant so.
extension Snapshot {
    /// One of a kind of servers, and what is to be said of all of them.
    public struct OpenDoor: Equatable, Sendable {
        public var example: Address
        /// One line.
        public var text: String
    }

    /// - Parameter isReached: whether others reach a host; by default all but loopback.
    public func openDoors(where isReached: (Host) -> Bool = { !$0.isLoopback }) -> [OpenDoor] {
        let server = members.first { isReached($0.host) && answersAsRedis($0) }
        let sentinel = sentinels.first { isReached($0.address.host) && $0.opinion != nil }
        let ofServers = server.map {
            OpenDoor(
                example: $0,
                text:
                    "REDIS_PASSWORD is not set, and the servers are at addresses that others reach: whoever does may "
                    + "read, write and command them")
        }
        let ofSentinels = sentinel.map {
            OpenDoor(
                example: $0.address,
                text:
                    "SENTINEL_PASSWORD is not set, and the sentinels are at addresses that others reach: whoever does "
                    + "may name another master")
        }
        return [hasPassword ? nil : ofServers, hasSentinelPassword ? nil : ofSentinels].compactMap(\.self)
    }
}
