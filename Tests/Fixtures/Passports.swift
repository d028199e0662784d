import Cluster
import FoundationEssentials
import Glibc
import Runtime
package import Succession
package import Support
import ZooKeeper

/// What a server's lease leaves in its folder.
extension Launched {
    package var passportPath: String { "\(folder.path)/\(Passport.fileName)" }

    /// The passport in its folder; nil where there is none.
    /// - Throws: where it is not a whole one.
    package func passport() throws -> Passport? {
        guard let bytes = readFile(passportPath) else { return nil }
        do {
            return try JSONDecoder().decode(Passport.self, from: Data(bytes)).validated()
        } catch {
            throw TestFailure("\(passportPath) is no passport (\(error)): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// Waits until the passport says `what`, which `condition` tells. Returns it.
    @discardableResult
    package func passport(
        _ what: String, within limit: Duration = .seconds(10), _ condition: (Passport) async throws -> Bool
    ) async throws -> Passport {
        try await eventually("the passport of \(port) says: \(what)", within: limit) {
            guard let passport = try self.passport(), try await condition(passport) else { return nil }
            return passport
        }
    }

    /// Waits until the passport has as many keys as the server; of one that has ended, until there is one.
    package func isNoted() async throws {
        try await passport("what the server holds") { passport in
            if self.process.exitCode != nil { return true }
            return try await self.ask("DBSIZE") == "\(passport.keys)"
        }
    }

    /// Ends the server in order, and waits until its lease has written its last word and left.
    package func stopForGood() async throws {
        let lease = try await lease
        await stop()
        try await eventually("the lease of \(port) has left") { !lease.isRunning }
    }

    /// The names of what was set aside in its folder, sorted.
    package var asides: [String] { entries(of: folder.path).filter { $0.contains(".aside-") }.sorted() }
}

extension TestCluster {
    /// The data of `/redis/cluster`; nil where there is none.
    package func kept() async throws -> ClusterRecord? {
        guard let text = try await text("\(root)/cluster") else { return nil }
        return try JSONDecoder().decode(ClusterRecord.self, from: Data(text.utf8))
    }

    /// Waits until the cluster is known to hold so many keys, and none of them only for a second: that much a crash may
    /// cost.
    package func isKnownToHold(_ keys: Int64) async throws {
        try await eventually("the cluster's record tells of \(keys) keys") {
            try await self.kept()?.holdings.map { $0.keys == keys && $0.rate == 0 } ?? false
        }
    }

    /// What an operator writes who gives up what is missing.
    package func acceptLoss() async throws {
        let word = #"{"who":"ops","why":"that disk is gone"}"#
        try await session.create("\(root)/accept-loss", Array(word.utf8), .persistent)
    }
}

/// Sets when a file was last written, in milliseconds since 1970.
package func setTime(of path: String, to time: Int64) throws {
    let moment = timespec(tv_sec: Int(time / 1_000), tv_nsec: Int(time % 1_000) * 1_000_000)
    guard utimensat(AT_FDCWD, path, [moment, moment], 0) == 0 else { throw TestFailure("\(path) bears no time") }
}
