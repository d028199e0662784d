import Cluster
import Fixtures
import FoundationEssentials
import Glibc
import Runtime
import Succession
import Support
import Testing
import Throttle

/// What becomes of copies that were set aside: put back where they are the freshest, deleted where the server holds all
/// that is in them, else kept.
@Suite(.inTurn) struct AsideCopyTests {
    private let settings =
        "appendonly yes\nappendfsync always\nsave \"\"\nrepl-diskless-sync yes\nrepl-diskless-sync-delay 0\n"
    private static let names = ["appendonlydir", "interrex.passport"]

    @Test func the_freshest_copy_is_put_back_in_a_cold_start() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.redis(settings).ready()
            try await fill(server.port, keys: 100)
            try await server.isNoted()
            try await server.stopForGood()
            try setAside(server.folder, at: "20260101T000000000Z")
            let returned = try await cluster.redis(settings, folder: server.folder).ready(within: .seconds(60))
            #expect(await returned.role == "master")
            #expect(try await returned.ask("DBSIZE") == "100")
            #expect(returned.lines.contains { $0.contains("20260101T000000000Z") && $0.contains("put back") })
            #expect(returned.asides.isEmpty)
            #expect(try await cluster.kept()?.epoch == 101)
        }
    }

    /// What was in its place is set aside in its turn, and deleted once the server provably holds it.
    @Test func an_older_copy_in_its_place_is_set_aside_and_deleted_because_it_is_contained() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.redis(settings).ready()
            // It counts what it writes once it has had a replica.
            await (try await cluster.redis(settings).ready().linked(to: server)).stop()
            try await fill(server.port, keys: 50)
            try await server.isNoted()
            let stash = try TemporaryFolder("stash")
            for name in Self.names { try copy(name, from: server.folder, to: stash) }
            try await fill(server.port, keys: 100)
            try await server.isNoted()
            try await server.stopForGood()
            try setAside(server.folder, at: "20260101T000000000Z")
            for name in Self.names { try copy(name, from: stash, to: server.folder) }

            let returned = try await cluster.redis(settings, folder: server.folder).ready(within: .seconds(60))
            #expect(try await returned.ask("DBSIZE") == "100")
            #expect(returned.lines.contains { $0.contains("20260101T000000000Z") && $0.contains("put back") })
            try await eventually("the older copy is deleted") { returned.asides.isEmpty }
            #expect(returned.lines.contains { $0.contains("is deleted: this server holds all that is in it (epoch 1") })
        }
    }

    /// What the dead master had beyond the promoted one is nowhere else, and neither is data of nobody's cluster.
    @Test func what_is_not_contained_stays_over_three_restarts() async throws {
        try await TestCluster.with(briefWait) { cluster in
            let master = try await cluster.redis(settings).ready()
            let heir = try await cluster.redis(settings).ready().linked(to: master)
            try await fill(master.port, keys: 100)
            try await master.isReplicated(to: 1)
            for server in [master, heir] { try await server.isNoted() }
            await heir.stop()
            try await fill(master.port, keys: 100, prefix: "lost")
            try await cluster.isKnownToHold(200)
            master.process.signal(SIGKILL)
            try await master.process.wait()

            // A person gives up what the heir has not.
            let waiting = try cluster.redis(settings, folder: heir.folder)
            #expect(try await waiting.process.wait(within: .seconds(30)) == 75)
            #expect(waiting.lines.last?.contains("the cluster held 200 keys") == true)
            try await cluster.acceptLoss()
            let next = try await cluster.redis(settings, folder: heir.folder).ready()
            #expect(try await next.ask("DBSIZE") == "100")
            #expect(await next.role == "master")
            try await fill(next.port, keys: 500, prefix: "new")

            // All that the other one had beyond that, and a backup that somebody left.
            try Support.write("*1\r\n$4\r\nPING\r\n", to: "\(master.folder.path)/dump.rdb.aside-20250101T000000000Z")
            var copies: [String: Data] = [:]
            for round in 0..<4 {
                let returned = try await cluster.redis(settings, folder: master.folder).ready().linked(to: next)
                #expect(try await returned.ask("DBSIZE") == "600")
                try await returned.passport("it is synchronised") { $0.keys == 600 && $0.epoch == 101 }
                let found = try contents(ofAsidesIn: returned)
                if round == 0 {
                    copies = found
                    #expect(found.keys.contains { $0.contains("appendonlydir.aside-") })
                    #expect(found.keys.contains { $0.contains("interrex.passport.aside-") })
                    let reason = found.first { $0.key.hasPrefix("interrex.why.aside-") }?.value ?? Data()
                    #expect(String(decoding: reason, as: UTF8.self).contains("no part of the history of the master"))
                }
                #expect(found == copies, "byte for byte, round \(round)")
                await returned.stop()
            }
        }
    }

    private func setAside(_ folder: TemporaryFolder, at time: String) throws {
        for name in Self.names {
            let path = "\(folder.path)/\(name)"
            guard rename(path, "\(path).aside-\(time)") == 0 else { throw TestFailure("\(path) can't be renamed") }
        }
    }

    /// With the times of the files: a passport speaks of them by these.
    private func copy(_ name: String, from: TemporaryFolder, to: TemporaryFolder) throws {
        let (source, target) = ("\(from.path)/\(name)", "\(to.path)/\(name)")
        guard let bytes = readFile(source) else {
            try makeFolder(target)
            for entry in entries(of: source) { try copyFile("\(source)/\(entry)", "\(target)/\(entry)") }
            return
        }
        #expect(!bytes.isEmpty)
        try copyFile(source, target)
    }

    private func copyFile(_ source: String, _ target: String) throws {
        guard let bytes = readFile(source) else { throw TestFailure("\(source) can't be read") }
        try writeBytes(bytes, to: target)
        var info = stat()
        guard stat(source, &info) == 0 else { throw TestFailure("\(source) is gone") }
        try setTime(of: target, to: Int64(info.st_mtim.tv_sec) * 1_000 + Int64(info.st_mtim.tv_nsec) / 1_000_000)
    }

    /// The bytes of every file that was set aside, by its path below the folder.
    private func contents(ofAsidesIn server: Launched) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for name in server.asides {
            let path = "\(server.folder.path)/\(name)"
            let files = readFile(path) == nil ? entries(of: path).map { "\(name)/\($0)" } : [name]
            for file in files { found[file] = Data(readFile("\(server.folder.path)/\(file)") ?? []) }
        }
        return found
    }
}
