import Glibc
package import Support

extension WatchedCluster {
    /// The member that `/redis/master` names.
    package func recorded() async throws -> Launched? {
        let address = try await cluster.recordedMaster()
        return members.first { $0.address == address }
    }

    /// Makes `sentinel` fail over while the master lives, and waits until that is recorded, `count` sentinels name the
    /// new master, none of them is still busy with it, and all members follow.
    package func failOver(by sentinel: Launched, of count: Int, from master: Launched) async throws {
        let sentinels = sentinels.filter { $0.process.exitCode == nil }
        let name = "SENTINEL FAILOVER on \(sentinel.port)"
        // Until a sentinel has looked at a replica, it promotes another, whatever their priorities.
        let replicas = running.count { $0.port != master.port }
        try await eventually("\(sentinel.port) has looked at \(replicas) replicas", within: .seconds(30)) {
            let known = try await sentinel.ask("SENTINEL", "REPLICAS", "mymaster")
            return known.split(separator: "\n").count { $0 == "ok" } == replicas
        }
        try await eventually("\(name) is accepted", within: .seconds(30)) {
            let answer = try await sentinel.ask("SENTINEL", "FAILOVER", "mymaster")
            // Right after the failover before, a sentinel may not have looked at its replicas yet.
            guard answer == "OK" || answer.hasPrefix("-NOGOODSLAVE") || answer.hasPrefix("-INPROG") else {
                throw TestFailure("\(name) answered \(answer)")
            }
            return answer == "OK"
        }
        do {
            try await eventually("\(name) is done and recorded", within: .seconds(30)) {
                guard let next = try await self.recorded(), next.port != master.port else { return false }
                var named = 0
                for sentinel in sentinels {
                    guard
                        let address = try? await sentinel.ask(
                            "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster", within: .milliseconds(200))
                    else { continue }
                    guard address.replacing("\n", with: " ") == next.address else { return false }
                    guard await sentinel.monitored["flags"] == "master" else { return false }
                    named += 1
                }
                for member in self.running where member.port != next.port {
                    guard await member.isLinked(to: next) else { return false }
                }
                return named == count
            }
        } catch {
            throw TestFailure("\(error): \(await situation())")
        }
    }
}

extension Launched {
    /// Makes this sentinel believe a greeting as `peer`, one of its peers, would send it: that the master is at `port`
    /// since `epoch`. It tells the others.
    package func believe(_ port: Int, epoch: Int, from peer: Launched) async throws {
        let id = try await peer.ask("SENTINEL", "MYID")
        let current = await monitored["config-epoch"] ?? "0"
        let greeting = "\(peer.ip),\(peer.port),\(id),\(current),mymaster,\(ip),\(port),\(epoch)"
        let answer = try await ask("PUBLISH", "__sentinel__:hello", greeting)
        guard answer == "1" else { throw TestFailure("PUBLISH answered \(answer)") }
    }
}
