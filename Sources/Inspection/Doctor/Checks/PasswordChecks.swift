import Succession
import Vocabulary

/// Who is let in.
extension Checks {
    static let passwords: [any Check] = [samePasswords, passwordAsked, masterPasswords, openDoors, protectedMode]

    private static let samePasswords = ClusterCheck(
        "passwords", "whether servers and sentinels take our passwords"
    ) { evidence in
        guard let snapshot = evidence.snapshot else { return [] }
        let known = Set(snapshot.liveMembers + [evidence.master].compactMap(\.self))
        let isAlike = known.count > 1 && known.allSatisfy { snapshot.answer(of: $0) == .denied }
        let areAlike = snapshot.sentinels.count > 1 && snapshot.sentinels.allSatisfy { $0.trouble == .denied }
        let servers = known.sorted().filter { snapshot.answer(of: $0) == .denied }.map { address in
            CheckResult(
                .fail, address.description,
                isAlike
                    ? "no server lets us in: \(snapshot.hasPassword ? "REDIS_PASSWORD is another here" : "REDIS_PASSWORD is not set here")"
                        + "; set it, and REDIS_USERNAME, as the launchers have them"
                    : "it does not let us in: its password or user is another than REDIS_PASSWORD and REDIS_USERNAME say, or "
                        + "it has as many clients as it takes; start it again with those of the others",
                fix: isAlike ? [] : ["\(address.cli) PING"]
            ).telling("replica-not-linked")
        }
        let sentinels = snapshot.sentinels.filter { $0.trouble == .denied }.map { report in
            CheckResult(
                .fail, report.address.description,
                areAlike
                    ? "no sentinel lets us in: SENTINEL_PASSWORD is \(snapshot.hasSentinelPassword ? "another" : "not set") here; set it "
                        + "as the launchers have it"
                    : "this sentinel does not let us in: its password is another than SENTINEL_PASSWORD says; start it again "
                        + "with that of the others", fix: areAlike ? [] : ["\(report.address.cli) PING"]
            ).telling("sentinel-unreachable")
        }
        return servers + sentinels
    }

    private static let passwordAsked = ClusterCheck(
        "password-asked", "whether every server and sentinel asks for the password that there is"
    ) { evidence in
        guard let snapshot = evidence.snapshot else { return [] }
        func unasked(_ servers: [Server], _ variable: String) -> [CheckResult] {
            servers.filter { $0.answers.asksForPassword == false }.map { server in
                .warn(
                    server.name, "it lets everybody in, though \(variable) is set: start it again with it",
                    fix: "\(server.cli) CONFIG GET requirepass")
            }
        }
        return (snapshot.hasPassword ? unasked(evidence.servers, "REDIS_PASSWORD") : [])
            + (snapshot.hasSentinelPassword ? unasked(evidence.sentinels, "SENTINEL_PASSWORD") : [])
    }

    private static let masterPasswords = ClusterCheck(
        "masterauth", "whether every server can log in to its master"
    ) { evidence in
        guard evidence.snapshot?.hasPassword ?? false else { return [] }
        return evidence.servers.compactMap { server in
            let state: String? =
                switch server.answers.masterauth {
                case .missing: "has no masterauth"
                case .other: "has another masterauth than REDIS_PASSWORD"
                case .same, nil: nil
                }
            return state.map { state in
                .fail(
                    server.name,
                    "it \(state), so it can't copy from a master that asks for that: as a replica it stays without a "
                        + "link, be it only after the next failover",
                    fix: "\(server.cli) CONFIG SET masterauth \"$REDIS_PASSWORD\"")
            }
        }
    }

    private static let openDoors = ClusterCheck(
        "open-doors", "whether whoever reaches a server needs a password"
    ) { evidence in
        let doors = evidence.snapshot?.openDoors { !$0.isLoopback || evidence.takesLoopbackSeriously } ?? []
        return doors.map { door in
            .warn(
                door.example.description,
                "\(door.text); set it for all processes, or let a firewall decide who gets there")
        }
    }

    private static let protectedMode = SettingCheck(
        "protected-mode", "whether protected mode keeps nobody out who must get in"
    ) { settings, server, evidence in
        guard settings.isOn("protected-mode") == true, settings["requirepass"]?.isEmpty ?? false,
            !server.address.host.isLoopback || evidence.takesLoopbackSeriously
        else { return nil }
        return .fail(
            server.name,
            "it has no password and protected-mode yes: replicas and sentinels on other hosts are answered DENIED, so "
                + "no failover works",
            fix: "\(server.cli) CONFIG SET protected-mode no")
    }
}
