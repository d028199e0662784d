import Testing
import Vocabulary

@testable import Rendering

@Suite(.timeLimit(.minutes(5))) struct ShippedTests {
    @Test("each setting has its reason in the lines above it", arguments: [Shipped.redisConf, Shipped.sentinelConf])
    func reasons(_ source: SourceText) {
        var explained = false
        for line in source.text.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(line.utf8.count <= 120, "\(line)")
            if line.isEmpty { explained = false }
            if line.hasPrefix("# ") { explained = true }
            if line.first.map({ $0 != "#" }) == true { #expect(explained, "\(line)") }
        }
    }

    @Test("no setting is given twice", arguments: [Shipped.redisConf, Shipped.sentinelConf])
    func once(_ source: SourceText) {
        let names = directives(source.text).map { $0[0] == "sentinel" ? $0[1] : $0[0] }
        #expect(Set(names).count == names.count)
    }

    @Test("each template's head names all it may use", arguments: [Shipped.redisTemplate, Shipped.sentinelTemplate])
    func head(_ source: SourceText) throws {
        let isRedis = source == Shipped.redisTemplate
        let head = try #require(source.text.split(separator: "}}").first)
        let unknown = "{{unknown}}"
        do throws(RenderingError) {
            let template = try Template(SourceText(unknown))
            let settings = try Template(SourceText(""))
            _ =
                isRedis
                ? try RedisFile.plain.render(template: template, settings: settings)
                : try SentinelFile.plain.render(template: template, settings: settings)
            Issue.record("an unknown name must be an error")
        } catch {
            guard case .template(_, _, .unknownName("unknown", let known)) = error else {
                Issue.record("\(error)")
                return
            }
            for name in known {
                #expect(head.split(whereSeparator: { " ,\n:".contains($0) }).contains(Substring(name)), "\(name)")
            }
        }
    }

    @Test("a replica with everything, as a whole")
    func replica() throws {
        var file = RedisFile.plain
        file.announce = Address(host: "203.0.113.7", port: 31_001)!
        file.master = Address(host: "10.0.0.9", port: 7009)!
        file.mark.clusterID = "5f0c5f0c"
        file.credentials = Credentials(username: "rex", password: Secret("pa ss"))
        file.minReplicasToWrite = 1
        file.replicaPriority = 0
        #expect(
            try withoutComments(file.rendered(settings: "appendonly yes\nloglevel notice")) == """
                dir /data
                appendonly yes
                loglevel notice
                bind 10.0.0.1
                port 7001
                dir /data
                daemonize no
                proc-title-template "{title} {listen-addr} {server-mode} /redis mymaster 5f0c5f0c"
                repl-backlog-ttl 0
                replica-announce-ip 203.0.113.7
                replica-announce-port 31001
                requirepass "pa ss"
                masterauth "pa ss"
                masteruser rex
                min-replicas-to-write 1
                min-replicas-max-lag 10
                replica-priority 0
                replicaof 10.0.0.9 7009

                """)
    }

    @Test("a master with nothing, as a whole, comments and all")
    func master() throws {
        #expect(
            try RedisFile.plain.rendered(settings: "# mine\nappendonly yes\n") == """
                # Rendered by Interrex at every start: change the settings file or the template, not this file.

                # Relative paths begin here. What the settings include is set in below, and so are the arguments after --.
                dir /data

                # mine
                appendonly yes

                # From here on Interrex decides: these lines come last because the last one wins.

                bind 10.0.0.1
                port 7001
                dir /data

                # The scheduler watches this very process: it must not go into the background.
                daemonize no

                # Tells the servers of this cluster from strangers on a reused port.
                proc-title-template "{title} {listen-addr} {server-mode} /redis mymaster -"

                # A master without replicas would free its backlog after a while, and from then on count no write any more: how new
                # its data is could not be told. Zero: never.
                repl-backlog-ttl 0

                # Without these, the master would list its replicas under whatever address their connections come from.
                replica-announce-ip 10.0.0.1
                replica-announce-port 7001

                # There is no password: protected mode would answer DENIED to replicas and sentinels on other hosts,
                # so no failover would work. Set REDIS_PASSWORD, or let a firewall decide who reaches this port.
                protected-mode no

                """)
    }

    @Test("a sentinel with the shipped settings, as a whole")
    func sentinel() throws {
        var file = SentinelFile.plain
        file.credentials = Credentials(username: "rex", password: Secret("secret"))
        file.sentinelPassword = Secret("other")
        file.knownReplicas = [Address(host: "10.0.0.2", port: 7001)!, Address(host: "10.0.0.3", port: 7001)!]
        file.knownSentinels = [
            SentinelFile.Peer(address: Address(host: "10.0.0.5", port: 1)!, identity: SentinelFile.identity(0xAB))
        ]
        let settings = try Template(Shipped.sentinelConf)
        #expect(
            try withoutComments(file.render(template: Template(Shipped.sentinelTemplate), settings: settings)) == """
                port 27001
                bind 10.0.0.1
                dir /data
                sentinel myid 0000000000000000000000000000000100000000
                sentinel monitor mymaster 10.0.0.9 7001 2
                sentinel down-after-milliseconds mymaster 5000
                sentinel failover-timeout mymaster 10000
                sentinel parallel-syncs mymaster 1
                sentinel deny-scripts-reconfig yes
                sentinel resolve-hostnames no
                sentinel announce-hostnames no
                timeout 0
                tcp-keepalive 60
                bind 10.0.0.1
                port 27001
                dir /data
                daemonize no
                protected-mode no
                proc-title-template "{title} {listen-addr} {server-mode} /redis mymaster -"
                sentinel announce-ip 10.0.0.1
                sentinel announce-port 27001
                sentinel auth-pass mymaster secret
                sentinel auth-user mymaster rex
                requirepass other
                sentinel sentinel-pass other
                sentinel known-replica mymaster 10.0.0.2 7001
                sentinel known-replica mymaster 10.0.0.3 7001
                sentinel known-sentinel mymaster 10.0.0.5 1 000000000000000000000000000000ab00000000

                """)
    }

    private func withoutComments(_ text: String) -> String {
        text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0 + "\n" }.joined()
    }
}
