import Fixtures
import FoundationEssentials
import Support

/// What the servers of a churn say, and what is on their disks.
extension Churn {
    /// The master where ZooKeeper, all sentinels and `ROLE` agree on one and all others are linked to it; else nil.
    func agreedMaster(in cluster: TestCluster) async throws -> Launched? {
        let (servers, sentinels) = (servers, sentinels)
        guard servers.count == 5, sentinels.count == 3 else { return nil }
        var masters: [Launched] = []
        for server in servers where await server.role == "master" { masters.append(server) }
        guard masters.count == 1, try await cluster.recordedMaster() == masters[0].address else { return nil }
        for sentinel in sentinels where await sentinel.named != masters[0].address { return nil }
        for server in servers where server.port != masters[0].port {
            guard await server.isLinked(to: masters[0]) else { return nil }
        }
        return masters[0]
    }

    /// Waits until every member's passport says that it has all of the reign that is recorded. Throws after 15 s.
    func haveTheirPassports(in cluster: TestCluster) async throws {
        let end = ContinuousClock.now + .seconds(15)
        var said = ""
        while ContinuousClock.now < end {
            let record = try await cluster.text("\(cluster.root)/cluster") ?? ""
            let epoch = record.firstMatch(of: /"epoch" *: *(\d+)/).flatMap { Int($0.1) }
            let passports = servers.map(\.writtenPassport)
            let isComplete = passports.allSatisfy { passport in
                guard let passport else { return false }
                return passport.epoch == epoch && passport.synchronised && record.contains(passport.cluster)
            }
            if isComplete { return }
            said = "\(record), passports: \(passports.map { $0.map { "\($0.epoch) \($0.synchronised)" } ?? "none" })"
            // Between two looks, until the limit: nothing tells of a passport that is written.
            try await Task.sleep(for: .milliseconds(100))
        }
        throw TestFailure("not all of it is on every disk: \(said)")
    }

    /// All of it in some lines, for the message of a test that failed.
    func situation(in cluster: TestCluster) async -> String {
        var lines = ["recorded: \((try? await cluster.recordedMaster()) ?? "nobody")"]
        for server in servers {
            let info = await server.info("replication")
            let words = ["role", "master_port", "master_link_status", "slave_priority"].compactMap { info[$0] }
            let last = server.lines.last ?? ""
            let held = await server.info("keyspace")["db0"] ?? "empty"
            lines.append("\(server.port): \(words.isEmpty ? last : (words + [held]).joined(separator: " "))")
        }
        for sentinel in sentinels { lines.append("sentinel \(sentinel.port): \(await sentinel.named ?? "nobody")") }
        lines.append("ended by themselves: \(ends)")
        return lines.joined(separator: "\n")
    }

    /// Files that a crash left behind half written. Redis's own (`temp-...`) go when it rewrites or saves again.
    var leftovers: [String] {
        allFiles.filter { path in
            let name = path.split(separator: "/").last ?? ""
            return !name.hasPrefix("temp-") && name.contains(/\.(?:[A-Za-z0-9]{6}|tmp)$/)
        }
    }

    /// Copies that were set aside: how many, and their size in bytes.
    var aside: (count: Int, bytes: Int) {
        let copies = Set(allFiles.compactMap { $0.firstMatch(of: /^.*?\.aside-[^\/]*/)?.output })
        let bytes = allFiles.filter { $0.contains(".aside-") }.map { path in
            (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        }
        return (copies.count, bytes.reduce(0, +))
    }

    private var allFiles: [String] {
        folders.flatMap { folder in
            ((try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []).map { "\(folder)/\($0)" }
        }
    }
}
