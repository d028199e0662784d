import Succession
import Vocabulary

/// The world's small numbers and what they stand for: addresses, replication ids and marks as the product knows them.
///
/// Five hosts: 0 to 2 carry a redis-server and a sentinel each, 1 also a watcher, 3 ZooKeeper, 4 the other watcher. A
/// host has eight ports: 0 to 3 for redis-server, 4 to 7 for its sentinel. There are few, so that ports are used again.
enum Names {
    static let hosts = 5
    static let servers = 3
    static let zooKeeper = 3
    static let watcherHosts = [1, 4]
    static let ports = 8
    static let addresses = hosts * ports

    static func address(host: Int, port: Int) -> Int { host * ports + port }
    static func host(of address: Int) -> Int { address / ports }

    /// An empty Redis of nobody, without a mark; and false sentinels that name it.
    static let foreign = address(host: 4, port: 0)
    static let liars = (4..<8).map { address(host: 4, port: $0) }

    private static let table: [Address] = (0..<addresses).map { id in
        Address(host: "10.0.0.\(id / ports + 1)", port: 6_000 + id % ports)!
    }
    private static let numbers = Dictionary(uniqueKeysWithValues: table.enumerated().map { ($1, $0) })

    static func address(_ id: Int) -> Address { table[id] }
    static func id(_ address: Address) -> Int { numbers[address]! }

    /// The identity of the sentinel at an address: each host has one.
    static func identity(at address: Int) -> String { "sentinel-\(host(of: address))" }

    /// A replication id; the product only compares them.
    static func replicationID(_ line: Int) -> String { "line\(line)" }
    static func line(_ replicationID: String) -> Int? { Int(replicationID.dropFirst(4)) }

    static func mark(_ cluster: Int?) -> Mark {
        Mark(root: "/redis", masterName: "mymaster", clusterID: cluster.map { "cluster-\($0)" })
    }
    static func mark(id: String?) -> Mark { Mark(root: "/redis", masterName: "mymaster", clusterID: id) }
    static func cluster(_ id: String) -> Int { Int(id.dropFirst(8))! }
}

/// Times in milliseconds: those of the shipped settings, and Sentinel's own (sentinel.c).
enum Times {
    static let session = 6_000
    static let masterTimeout = 60_000
    static let downAfter = 5_000
    static let failoverTimeout = 10_000
    static let helloPeriod = 2_000
    static let infoPeriod = 10_000
    static let hurriedInfoPeriod = 1_000
    /// A known replica that says master for so long is made a replica again.
    static let conversion = 8_000
    /// A process that was stopped between the fence and its command does not send it any more (`Fence`).
    static let fence = 250
    /// A candidate that does not claim for so long in its turn is passed over (`Observer`).
    static let longestTurn = 15_000
}
