import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// Packets that are dropped between hosts: connections stay open and silent, and both sides believe in themselves.
@Suite(.inTurn) struct CutNetworkFaults {
    /// Told to fail over by itself, a sentinel asks nobody for a vote: on its side of the cut it has made a master.
    @Test("F31: the watcher sees one sentinel of three, and the master that this one has made: nothing is written")
    func f31_a_master_that_one_sentinel_of_three_has_made_is_not_recorded() async throws {
        try await Network.with(3) { network in
            let (here, there, far) = (network.hosts[0], network.hosts[1], network.hosts[2])
            let zookeeper = try await ZooKeeperServer.start(on: here)
            let hosts = WatchedCluster.Hosts(
                members: [there, here, far], sentinels: [here, there, far], watchers: [here])
            try await WatchedCluster.with(
                failoverTimeout: .seconds(5), shortSession, on: zookeeper, hosts: hosts
            ) { watched in
                let (old, made) = (watched.members[0], watched.members[1])
                let lone = watched.sentinels[0]
                let master = try await watched.node("master")
                try await network.cut([here], from: [there, far])
                let answer = try await lone.ask("SENTINEL", "FAILOVER", "mymaster")
                #expect(answer == "OK")
                try await eventually("it has made \(made.port) a master") {
                    let name = await lone.named
                    return await made.role == "master" && name == made.address
                }
                // Beyond the end of the others' sessions, and every limit after which a watcher acts by itself.
                try await watched.stays("nothing is written", for: .seconds(15)) {
                    guard try await watched.node("master")?.stat.version == master?.stat.version else { return false }
                    return await old.role == "master"
                }
                #expect(watched.watcher.process.text.contains("only 1 of 3 sentinels answer"))
                #expect(try await watched.history().isEmpty)

                try await network.heal()
                // The epoch of the failover goes before the one of the two that had none.
                try await recovery { try await watched.agree(onOtherThan: nil, within: .seconds(15 + 30 + 10)) }
            }
            try await zookeeper.stop()
        }
    }

    /// `min-replicas-max-lag` is 10 s: after that, a master without a replica takes no writes.
    @Test(
        "F49: the master and a client are cut off: the majority's master is recorded, the old one's loss bounded",
        .taking(3), arguments: [0, 1])
    func f49_a_master_that_is_cut_off_with_a_client_loses_to_the_majority(minReplicas: Int) async throws {
        try await Network.with(4) { network in
            let (minority, first, second, middle) = (
                network.hosts[0], network.hosts[1], network.hosts[2], network.hosts[3]
            )
            let zookeeper = try await ZooKeeperServer.start(on: middle)
            // Everybody reaches ZooKeeper, also the watcher on the wrong side, which leads.
            let hosts = WatchedCluster.Hosts(
                members: [minority, first, second], sentinels: [minority, first, second], watchers: [minority, first])
            try await WatchedCluster.with(
                watchers: 2, downAfter: .seconds(1), failoverTimeout: .seconds(5),
                ["MIN_REPLICAS_TO_WRITE": "\(minReplicas)"], on: zookeeper, hosts: hosts
            ) { watched in
                let old = watched.master
                let inside = Writers(1, named: "inside", sentinels: [watched.sentinels[0].place])
                try await inside.write(20)
                try await old.isReplicated(to: 2)
                let version = try #require(try await watched.node("master")).stat.version

                try await network.cut([minority], from: [first, second])
                let cut = ContinuousClock.now
                let new = try await recovery {
                    try await eventually("the majority's master is recorded", within: .seconds(20)) {
                        try await watched.recorded().flatMap { $0.port == old.port ? nil : $0 }
                    }
                }
                // From here everything can be reached: a writer that began earlier would have found the old master.
                try await eventually("the majority's sentinels name it") {
                    for sentinel in watched.sentinels.dropFirst() where await sentinel.named != new.address {
                        return false
                    }
                    return true
                }
                let outside = Writers(1, named: "outside", sentinels: watched.sentinels.dropFirst().map(\.place))
                try await outside.write(20)
                try await watched.stays("\(new.port) is recorded", for: .seconds(14)) {
                    guard await old.role == "master", await new.role == "master" else { return false }
                    return try await watched.node("master")?.stat.version == version + 1
                }
                let last = try #require(inside.ledger.entries.last).time
                if minReplicas == 0 {
                    #expect(last > .now - .seconds(1), "the old side writes on")
                } else {
                    // Replicas are heard of once a second.
                    #expect(last - cut < .seconds(10 + 2), "it stops after \(last - cut)")
                }

                try await network.heal()
                try await watched.agree(onOtherThan: old, within: .seconds(15 + 1 + 2 * 5))
                let (insides, outsides) = (await inside.stop(), await outside.stop())
                #expect(try await watched.agreedMaster()?.port == new.port)
                let lost = try await insides.lost(on: new.place)
                LossReport.enter(
                    "partition, a client on the master's side", minReplicas: minReplicas, insides, lost: lost.count)
                #expect(lost.allSatisfy { $0.time > cut - .seconds(1) })
                #expect(minReplicas == 0 ? !lost.isEmpty : lost.allSatisfy { $0.time < cut + .seconds(12) })
                #expect(try await outsides.lost(on: new.place).isEmpty)
            }
            try await zookeeper.stop()
        }
    }

    /// For ZooKeeper, the watcher and its replicas, the old master is as well as ever.
    @Test(
        "F50: the sentinels don't reach the master, all others do: /redis/master follows the majority",
        arguments: ["cut", "one way"])
    func f50_a_master_that_only_the_sentinels_do_not_reach_is_replaced(how: String) async throws {
        try await Network.with(4) { network in
            let (masters, replicas, sentinels, middle) = (
                network.hosts[0], network.hosts[1], network.hosts[2], network.hosts[3]
            )
            let zookeeper = try await ZooKeeperServer.start(on: middle)
            let hosts = WatchedCluster.Hosts(
                members: [masters, replicas, replicas], sentinels: [sentinels], watchers: [middle])
            try await WatchedCluster.with(
                downAfter: .seconds(1), failoverTimeout: .seconds(5), on: zookeeper, hosts: hosts
            ) { watched in
                let old = watched.master
                let version = try #require(try await watched.node("master")).stat.version
                if how == "cut" {
                    try await network.cut([sentinels], from: [masters])
                } else {
                    try await network.deafen([sentinels], to: [masters])
                }
                let new = try await recovery {
                    try await eventually("the majority's master is recorded", within: .seconds(20)) {
                        try await watched.recorded().flatMap { $0.port == old.port ? nil : $0 }
                    }
                }
                try await watched.stays("\(new.port) is recorded and named", for: .seconds(15)) {
                    guard await watched.sentinels.names.allSatisfy({ $0 == new.address }) else { return false }
                    guard await new.role == "master" else { return false }
                    return try await watched.node("master")?.stat.version == version + 1
                }
                #expect(try await watched.history().map(\.new) == [new.colonAddress])
                #expect(watched.watcher.count(of: "(succession)") == 0)
                try await network.heal()
                let last = try await watched.agree(onOtherThan: nil, within: .seconds(15 + 1 + 2 * 5))
                #expect(last.port == new.port)
            }
            try await zookeeper.stop()
        }
    }

    /// Nothing ends: only who asks finds out. New connections work.
    @Test(
        "F56: the watcher's connections to the sentinels are dead without a word: a failover is found by its own probe")
    func f56_connections_that_are_dead_without_a_word_are_found_out() async throws {
        try await Network.with(2) { network in
            let (servers, watching) = (network.hosts[0], network.hosts[1])
            let zookeeper = try await ZooKeeperServer.start(on: watching)
            let hosts = WatchedCluster.Hosts(members: [servers], sentinels: [servers], watchers: [watching])
            try await WatchedCluster.with(failoverTimeout: .seconds(5), on: zookeeper, hosts: hosts) { watched in
                let old = watched.master
                #expect(try await network.deaden(watching, to: [servers]) >= 3)
                #expect(try await watched.sentinels[0].ask("SENTINEL", "FAILOVER", "mymaster") == "OK")
                // A subscription is given up 7 s after its last word; a pass begins every 10 s, with jitter.
                let new = try await recovery {
                    try await eventually("the new master is recorded", within: .seconds(15)) {
                        try await watched.recorded().flatMap { $0.port == old.port ? nil : $0 }
                    }
                }
                #expect(try await watched.agree(onOtherThan: old).port == new.port)
                #expect(try await watched.history().count == 1)
                // And it listens again: the next one is recorded as usual.
                try await watched.isComplete()
                try await watched.failOver(by: watched.sentinels[1], of: 3, from: new)
            }
            try await zookeeper.stop()
        }
    }
}
