import Testing
import Vocabulary

@testable import Rendering

private let replicas = [
    Address(host: "10.0.0.2", port: 1)!, Address(host: "10.0.0.9", port: 7001)!, Address(host: "10.0.0.2", port: 1)!,
    Address(host: "10.0.0.3", port: 1)!,
]

private func peer(_ host: String, _ port: Int, _ identity: Int) -> SentinelFile.Peer {
    SentinelFile.Peer(address: Address(host: host, port: port)!, identity: SentinelFile.identity(identity))
}

/// One peer, itself by address and by identity, the same address and the same identity again, another peer.
private let sentinels = [
    peer("10.0.0.5", 27_001, 5), peer("10.0.0.1", 27_001, 8), peer("10.0.0.7", 27_001, 1), peer("10.0.0.5", 27_001, 9),
    peer("10.0.0.6", 27_001, 5), peer("10.0.0.6", 27_001, 6),
]

private let combinations: [SentinelFile] = {
    let credentials = [nil, Credentials(password: Secret("p\\a")), Credentials(username: "rex", password: Secret("é"))]
    var all: [SentinelFile] = []
    for credentials in credentials {
        for sentinelPassword in [nil, Secret("sentinel's".filter { $0 != "'" })] {
            for announce in [nil, Address(host: "203.0.113.7", port: 31_001)!] {
                for (replicas, sentinels) in [([], []), (replicas, []), ([], sentinels), (replicas, sentinels)] {
                    for quorum in [1, 3] {
                        var file = SentinelFile.plain
                        file.credentials = credentials
                        file.sentinelPassword = sentinelPassword
                        file.announce = announce
                        file.knownReplicas = replicas
                        file.knownSentinels = sentinels
                        file.quorum = quorum
                        all.append(file)
                    }
                }
            }
        }
    }
    return all
}()

/// What stands before the settings, and what after.
private func expected(_ file: SentinelFile) -> (before: [[String]], after: Set<[String]>) {
    let before = [
        ["port", "27001"], ["bind", "10.0.0.1"], ["dir", "/data"], ["sentinel", "myid", file.identity],
        ["sentinel", "monitor", "mymaster", "10.0.0.9", "7001", String(file.quorum)],
    ]
    let announce = file.announce ?? file.bind
    var after: Set<[String]> = [
        ["bind", "10.0.0.1"], ["port", "27001"], ["dir", "/data"], ["daemonize", "no"], ["protected-mode", "no"],
        ["proc-title-template", "{title} {listen-addr} {server-mode} /redis mymaster -"],
        ["sentinel", "announce-ip", announce.host.description], ["sentinel", "announce-port", String(announce.port)],
    ]
    if let credentials = file.credentials {
        after.insert(["sentinel", "auth-pass", "mymaster", credentials.password.text])
        if let username = credentials.username { after.insert(["sentinel", "auth-user", "mymaster", username]) }
    }
    if let password = file.sentinelPassword?.text {
        after.formUnion([["requirepass", password], ["sentinel", "sentinel-pass", password]])
    }
    if !file.knownReplicas.isEmpty {
        for host in ["10.0.0.2", "10.0.0.3"] { after.insert(["sentinel", "known-replica", "mymaster", host, "1"]) }
    }
    if !file.knownSentinels.isEmpty {
        var hosts = [("10.0.0.5", 5), ("10.0.0.6", 6)]
        // Announced elsewhere, its own listening address is nobody's, so a peer may have it.
        if file.announce != nil { hosts.append(("10.0.0.1", 8)) }
        for (host, number) in hosts {
            after.insert(["sentinel", "known-sentinel", "mymaster", host, "27001", SentinelFile.identity(number)])
        }
    }
    return (before, after)
}

@Suite(.timeLimit(.minutes(5))) struct SentinelFileTests {
    @Test("every combination of options gives exactly its directives, once each, around the settings")
    func everyCombination() throws {
        let settings = """
            # mine
            sentinel down-after-milliseconds {{master_name}} 5000
            sentinel deny-scripts-reconfig yes
            """
        for file in combinations {
            let text = try file.rendered(settings: settings)
            let lines = directives(text)
            let (before, after) = expected(file)
            let start = try #require(lines.firstIndex(of: ["sentinel", "down-after-milliseconds", "mymaster", "5000"]))
            let ours = Array(lines[(start + 2)...])
            #expect(Array(lines[..<start]) == before)
            #expect(Set(ours) == after)
            #expect(ours.count == after.count, "no directive of ours stands there twice")
            #expect(!text.contains("epoch ") && !text.contains("{{") && text.hasSuffix("\n"))
        }
    }

    @Test("no hostile value adds a directive, and each that is used survives the rewrite", arguments: hostileValues)
    func hostile(_ value: String) throws {
        let fields: [(inout SentinelFile) -> Void] = [
            { $0.bind = Address(host: value, port: 1) ?? $0.bind }, { $0.announce = Address(host: value, port: 1) },
            { $0.dataDirectory = "/" + value },
            { $0.identity = value }, { $0.mark.root = "/" + value }, { $0.mark.masterName = value },
            { $0.mark.clusterID = value }, { $0.master = Address(host: value, port: 1) ?? $0.master },
            { $0.credentials = Credentials(username: "rex", password: Secret(value)) },
            { $0.credentials = Credentials(username: value, password: Secret("x")) },
            { $0.sentinelPassword = Secret(value) },
            { $0.knownReplicas = Address(host: value, port: 1).map { [$0] } ?? $0.knownReplicas },
            {
                $0.knownSentinels = [
                    SentinelFile.Peer(address: Address(host: value, port: 1) ?? $0.master, identity: $0.identity)
                ]
            },
            { $0.knownSentinels[0].identity = value },
        ]
        let shape = try directives(everything.rendered()).map { Array($0.prefix(2)).count }
        for (index, change) in fields.enumerated() {
            var file = everything
            change(&file)
            do throws(RenderingError) {
                let text = try file.rendered()
                let lines = directives(text)
                #expect(lines.count == shape.count || index == 12, "field \(index)")
                for line in lines where line.starts(with: ["sentinel", "auth-pass"]) {
                    #expect(RedisQuoting.split(line.joined(separator: " ")) == line)
                }
            } catch {
                guard case .value = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
    }

    private var everything: SentinelFile {
        var file = SentinelFile.plain
        file.credentials = Credentials(username: "rex", password: Secret("secret"))
        file.sentinelPassword = Secret("other")
        file.knownReplicas = [Address(host: "10.0.0.2", port: 1)!]
        file.knownSentinels = [peer("10.0.0.5", 27_001, 5)]
        return file
    }

    @Test("values that Sentinel could not use, or would lose, are refused by name")
    func values() {
        let identity = ValueProblem.characters(allowed: "40 digits of 0-9 and a-f")
        for wrong in ["", "0", String(repeating: "0", count: 41), String(repeating: "A", count: 40)] {
            expect(.value(name: "identity", identity)) { $0.identity = wrong }
            expect(.value(name: "known sentinel's identity", identity)) {
                $0.knownSentinels = [SentinelFile.Peer(address: Address(host: "h", port: 1)!, identity: wrong)]
            }
        }
        for number in [0, -1, Int.max] {
            expect(.value(name: "quorum", .notIn(1...2_147_483_647))) { $0.quorum = number }
            #expect(Address(host: "h", port: number) == nil)
        }
        for lost in ["a b", "a\"b", "a'b", "#a", "a\tb", "\u{1}"] {
            expect(.value(name: "password", .lostBySentinelRewrite)) {
                $0.credentials = Credentials(password: Secret(lost))
            }
            expect(.value(name: "username", .lostBySentinelRewrite)) {
                $0.credentials = Credentials(username: lost, password: Secret("x"))
            }
            expect(.value(name: "sentinel_password", .lostBySentinelRewrite)) { $0.sentinelPassword = Secret(lost) }
        }
        let allowed = ValueProblem.characters(allowed: "A-Z, a-z, 0-9, and ._-")
        expect(.value(name: "master_name", allowed)) { $0.mark.masterName = "a b" }
        expect(.value(name: "bind_ip", .wildcardNotAnnounced)) { $0.bind = Address("0.0.0.0:27001")! }
    }

    private func expect(_ error: RenderingError, _ change: (inout SentinelFile) -> Void) {
        var file = SentinelFile.plain
        change(&file)
        #expect(throws: error) { try file.rendered() }
    }

    @Test("another master may be monitored, and a password belongs into the environment")
    func otherSettings() throws {
        let other = "sentinel monitor other 1.2.3.4 5 2"
        #expect(try SentinelFile.plain.rendered(settings: other).contains(other))
        let problem = SettingsProblem.secretUnknownToInterrex(directive: "requirepass", variable: "SENTINEL_PASSWORD")
        #expect(throws: RenderingError.settings(source: "a test", line: 1, problem)) {
            try SentinelFile.plain.rendered(settings: "requirepass x")
        }
        var file = SentinelFile.plain
        file.sentinelPassword = Secret("ours")
        #expect(try directives(file.rendered(settings: "requirepass x")).last { $0[0] == "requirepass" }?[1] == "ours")
    }
}
