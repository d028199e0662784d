package import Support

/// Settings under which a test needs no patience: nothing on disk, a synchronisation at once.
package let quickRedis = """
    appendonly no
    save ""
    repl-diskless-sync yes
    repl-diskless-sync-delay 0

    """

/// Sentinels that consider a master down after a second.
package let quickSentinel = """
    sentinel down-after-milliseconds {{master_name}} 1000
    sentinel failover-timeout {{master_name}} 5000

    """

extension Launched {
    /// As ZooKeeper has it.
    package var address: String { "\(ip) \(port)" }

    /// Waits until the server answers `PING`; throws with what was said when the process ends before.
    @discardableResult
    package func ready(within limit: Duration = .seconds(30)) async throws -> Launched {
        try await eventually("\(kind) \(port) answers", within: limit) {
            if let code = self.process.exitCode { throw TestFailure("ended with \(code): \(self.process.text)") }
            return try? await self.ask("PING") == "PONG" ? true : nil
        }
        return self
    }

    /// The fields of a section of `INFO`; none while it doesn't answer.
    package func info(_ section: String) async -> [String: String] {
        guard let text = try? await ask("INFO", section) else { return [:] }
        let lines = text.split(whereSeparator: \.isNewline).compactMap { line -> (String, String)? in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return Dictionary(lines) { $1 }
    }

    /// `master` or `slave`; nil while it doesn't answer.
    package var role: String? {
        get async { (try? await ask("ROLE"))?.split(separator: "\n").first.map(String.init) }
    }

    /// Whether it is a replica of `master` with its link up.
    package func isLinked(to master: Launched) async -> Bool {
        let info = await info("replication")
        return info["role"] == "slave" && info["master_host"] == master.ip && info["master_port"] == "\(master.port)"
            && info["master_link_status"] == "up"
    }

    /// Waits until so many replicas have confirmed all that this master has written so far. (`WAIT` only knows of the
    /// writes of its own connection.)
    package func isReplicated(to count: Int) async throws {
        let written = await info("replication")["master_repl_offset"].flatMap { Int($0) } ?? .max
        try await eventually("\(count) replicas have confirmed the offset \(written)") {
            let replicas = await self.info("replication").filter { $0.key.wholeMatch(of: /slave\d+/) != nil }
            return replicas.values.count { fields in
                fields.firstMatch(of: /offset=(\d+)/).flatMap { Int($0.1) } ?? 0 >= written
            } >= count
        }
    }

    /// Waits for that.
    @discardableResult
    package func linked(to master: Launched, within limit: Duration = .seconds(30)) async throws -> Launched {
        try await eventually("\(port) is linked to \(master.port)", within: limit) {
            if let code = self.process.exitCode { throw TestFailure("ended with \(code): \(self.process.text)") }
            return await self.isLinked(to: master)
        }
        return self
    }

    package var lease: ProcessFiles {
        get async throws {
            try await eventually("the lease of \(port)") { self.children.first.map(ProcessFiles.init) }
        }
    }

    // MARK: Sentinels

    /// The fields of `SENTINEL MASTER`; none while it doesn't answer.
    package var monitored: [String: String] {
        get async {
            guard let text = try? await ask("SENTINEL", "MASTER", "mymaster") else { return [:] }
            let words = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let pairs = stride(from: 0, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) }
            return Dictionary(pairs) { $1 }
        }
    }

    /// The ports of the other sentinels that this one knows, sorted.
    package var peerPorts: [Int] {
        get async {
            guard let text = try? await ask("SENTINEL", "SENTINELS", "mymaster") else { return [] }
            let words = text.split(separator: "\n", omittingEmptySubsequences: false)
            return stride(from: 0, to: words.count - 1, by: 2).filter { words[$0] == "port" }.compactMap {
                Int(words[$0 + 1])
            }
            .sorted()
        }
    }

    /// The master that this sentinel names, as `host port`.
    package var named: String? {
        get async {
            let text = try? await ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster")
            return text?.split(separator: "\n").joined(separator: " ")
        }
    }
}

extension [Launched] {
    /// Waits until exactly one of them answers master and all others are linked to it. Returns the master.
    @discardableResult
    package func united(within limit: Duration = .seconds(60)) async throws -> Launched {
        try await eventually("\(count) servers are one cluster", within: limit) {
            let masters = try await self.masters()
            guard masters.count == 1 else { return nil }
            for server in self where server.port != masters[0].port {
                guard await server.isLinked(to: masters[0]) else { return nil }
            }
            return masters[0]
        }
    }

    /// Those that answer master.
    package func masters() async throws -> [Launched] {
        var masters: [Launched] = []
        for server in self {
            if let code = server.process.exitCode {
                throw TestFailure("\(server.port) ended with \(code): \(server.process.text)")
            }
            if await server.role == "master" { masters.append(server) }
        }
        return masters
    }

    /// Waits until each of these sentinels knows so many replicas of its master and all its peers here.
    package func know(replicas: Int, within limit: Duration = .seconds(30)) async throws {
        try await eventually("each sentinel knows \(count - 1) peers and \(replicas) replicas", within: limit) {
            for sentinel in self {
                let monitored = await sentinel.monitored
                guard monitored["num-other-sentinels"] == "\(self.count - 1)", monitored["num-slaves"] == "\(replicas)"
                else { return false }
            }
            return true
        }
    }
}
