internal import CZooKeeper

extension Session {
    /// Creates the chroot when it is missing: without it every call would fail with `.noNode`. A connection that is
    /// lost meanwhile is no failure before `limit`.
    nonisolated(nonsending) func createChroot(until limit: Instant) async throws(ZooKeeperError) {
        if chroot.isEmpty { return }
        while true {
            do throws(ZooKeeperError) {
                return try await createMissing(ZNodePath.parents(chroot) + [chroot], until: limit)
            } catch {
                let isOver = Instant.now >= limit
                guard [.connectionLoss, .operationTimeout, .deadline].contains(error.code) else { throw error }
                if isOver { throw ZooKeeperError(.deadline, "connect", link.configuration.servers.description) }
            }
            do {
                // Only after a lost connection, and until the limit: a fast start never gets here.
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                throw ZooKeeperError(.cancelled, "connect", link.configuration.servers.description)
            }
        }
    }

    private nonisolated(nonsending) func createMissing(
        _ paths: [String], until limit: Instant
    ) async throws(ZooKeeperError) {
        let acl = link.acl
        // One request in the usual case, that all is there.
        if try await isThere(paths.last!, until: limit) { return }
        for path in paths {
            do throws(ZooKeeperError) {
                _ = try await callWhole("create", path, until: limit) {
                    zoo_acreate($0, path, "", 0, acl.pointer, CreateMode.persistent.flags, nameCompleted, $1)
                }
            } catch {
                switch error.code {
                case .nodeExists: continue
                // The server asks first whether we may create there.
                case .noAuth: if try await !isThere(path, until: limit) { throw error }
                default: throw error
                }
            }
        }
    }

    private nonisolated(nonsending) func isThere(
        _ path: String, until limit: Instant
    ) async throws(ZooKeeperError) -> Bool {
        do throws(ZooKeeperError) {
            _ = try await callWhole("exists", path, until: limit) { zoo_aexists($0, path, 0, statCompleted, $1) }
            return true
        } catch  where error.code == .noNode {
            return false
        }
    }
}
