import Documents
import FoundationEssentials
import Logging
import Support
import Testing
import Throttle
import Vocabulary

@testable import Cluster
@testable import Succession
@testable import Watching

/// `docs/reference.md` and `docs/operations.md` name what there is, all of it, and nothing else.
@Suite(.inTurn) struct ReferenceTests {
    private let reference = Document("docs/reference.md")
    private let operations = Document("docs/operations.md")

    // MARK: Alerts

    @Test func each_alert_has_one_row_that_says_what_to_do() throws {
        let rows = try operations.section("Alerts").rows
        #expect(rows.map { quoted(in: $0[0]) }.allSatisfy { $0.count == 1 })
        expectSame(rows.flatMap { quoted(in: $0[0]) }, Alert.names)
        for row in rows { #expect(row.count == 3 && row[1].count > 20 && row[2].count > 5, "\(row)") }
    }

    @Test func the_list_of_alerts_has_those_that_are_declared_or_raised() throws {
        // Those of behaviours are declared beside them, in either form; the driver raises its own by their names.
        let declared = try inSource(
            /static let [a-zA-Z]+(?:: Self = |: Alert\.Kind = | = (?:standingOnAnswers|urgent)\()"([a-z-]+)"/)
        let raised = try inSource(/Alert\(\s*"([a-z-]+)"/)
        expectSame(declared.union(raised), Alert.names)
    }

    /// A bad node is urgent only where it is one without which nothing is recorded.
    @Test func those_that_can_not_wait_are_called_urgent() throws {
        let rows = try operations.section("Alerts").rows
        let urgent = rows.filter { $0[1].hasPrefix("urgent: ") }.flatMap { quoted(in: $0[0]) }
        expectSame(urgent, Behaviours.builtIn.flatMap(\.alerts).filter(\.isUrgent).map(\.name))
        var snapshot = Sights.healthy().snapshot!
        snapshot.badNodes = [
            BadNode(path: "/redis/master", reason: "x", isEssential: true),
            BadNode(path: "/redis/members/a", reason: "x"),
        ]
        let alerts = plan(snapshot).compactMap(\.alert).filter { $0.name == "bad-node" }
        #expect(alerts.count == 2 && alerts.map(\.isUrgent) == alerts.map { $0.subject == "/redis/master" })
    }

    @Test func each_repair_that_may_fail_is_named() throws {
        let named = quoted(in: try operations.section("failed-...").text).filter {
            $0.hasPrefix("failed-") && $0 != "failed-"
        }
        expectSame(named.map { $0.dropFirst("failed-".count) }, WatcherMetrics.repairs.map { $0[...] } + ["write"])
    }

    // MARK: Metrics

    @Test func metrics_have_their_types_and_labels() throws {
        let backend = PrometheusBackend()
        WatcherMetrics(factory: backend, cluster: "/redis").show(Sights.healthy())
        ProcessMetrics(factory: backend).hookFailed("notify", "exit")
        var shown: [String: String] = [:]
        var labels: [String: Set<String>] = [:]
        for line in backend.text().split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE ") { shown[String(words[2])] = String(words[3]) }
            guard !line.hasPrefix("#") else { continue }
            let name = words[0].prefix { $0 != "{" }
            let whole = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) && shown[String(name)] == nil }
            let names = line.matches(of: /([a-z_]+)="/).map { String($0.1) }
            labels[String(name.dropLast(whole?.count ?? 0)), default: []].formUnion(Set(names).subtracting(["le"]))
        }
        let rows = try reference.section("Metrics").rows
        expectSame(rows.flatMap { quoted(in: $0[0]) }, Array(MetricName.help.keys))
        expectSame(Array(shown.keys), Array(MetricName.help.keys))
        for row in rows {
            for name in quoted(in: row[0]) {
                #expect(shown[name] == row[1], "\(name)")
                #expect(labels[name] == Set(quoted(in: row[2])), "\(name)")
            }
        }
    }

    @Test func the_values_of_their_labels_are_named() throws {
        let rows = try reference.section("Metrics").rows
        func values(_ name: String) -> [String] {
            rows.filter { quoted(in: $0[0]).contains(name) }.flatMap { quoted(in: $0[3]) }
        }
        expectSame(values(MetricName.repairs), WatcherMetrics.repairs)
        expectSame(values(MetricName.switchovers), WatcherMetrics.outcomes)
        let ends: [Hook.End] = [.exited(1), .signalled(9), .timedOut, .notStarted("")]
        expectSame(values(MetricName.hookFailures), ends.compactMap(\.outcome))
        let backend = PrometheusBackend()
        WatcherMetrics(factory: backend, cluster: "/redis").show(Sights.healthy())
        for name in [MetricName.replicas, MetricName.members, MetricName.sentinels, MetricName.withoutLease] {
            let lines = backend.text().split(separator: "\n").filter { $0.hasPrefix("\(name){") }
            let shown = lines.compactMap { $0.firstMatch(of: /(?:state|kind)="([a-z]+)"/).map { String($0.1) } }
            expectSame(values(name), shown)
        }
    }

    // MARK: HTTP

    @Test func each_path_is_answered_and_none_is_left_out() async throws {
        let paths = try reference.section("HTTP").names
        expectSame(paths, Endpoints.paths)
        try await TestServer.run([Sights.healthy()]) { server in
            for path in paths {
                let address = path.replacing("HOST:PORT", with: "10.0.0.1:1")
                // An event stream has no end.
                let answer = try await server.get(address, method: "HEAD")
                #expect(answer.code != 404, "\(path)")
            }
            for name in ClusterEndpoint.Name.allCases {
                let address = "/clusters/redis" + name.form.replacing("HOST:PORT", with: "10.0.0.1:1")
                let answer = try await server.get(address, method: "HEAD")
                #expect(answer.code != 404, "\(address)")
            }
        }
    }

    @Test func status_has_these_fields() throws {
        var status = Sights.healthy()
        status.alerts = [Alert("no-master", about: "/redis", "nobody is")]
        status.pause = Pause(who: "ops")
        expectSame(try reference.section("/status").names, Self.fields(of: status.json))
    }

    /// The watcher shows what was written, but for who asked.
    @Test func the_history_has_these_fields() throws {
        let entry = HistoryEntry(
            time: "2026-01-02T03:04:05.678Z", old: "10.0.0.2:1", new: "10.0.0.1:1", cause: "agreed", epoch: 4,
            members: 3,
            by: "10.0.0.1:8080", who: "ops", took: 48)
        let section = try reference.section("/redis/history")
        let causes = Recording.Evidence.allCases.map(\.rawValue) + [HistoryEntry.claim, "forced"]
        let names = section.names
        expectSame(names, try Self.fields(of: Registry.encode(entry)) + causes)
        let shown = Self.fields(of: Sights.healthy().historyJSON).map { String($0.drop { "[].".contains($0) }) }
        expectSame(shown + ["who"] + causes, names)
    }

    // MARK: Events

    @Test func events_have_these_names_and_fields() throws {
        let section = try reference.section("Events")
        let published = try inSource(/Notice\(\s*(?:[a-zA-Z]+ \? )?"([a-z-]+)"/)
        // The other of two, where one condition chooses between them.
        let others = try inSource(/Notice\(\s*[a-zA-Z]+ \? "[a-z-]+" : "([a-z-]+)"/)
        expectSame(published.union(others), PublishedEvent.names)
        let event = PublishedEvent(
            time: "t", event: "alert", cluster: "/redis", old: Sights.address(1), new: Sights.address(2), text: "x")
        let fields = try Self.fields(of: Array(event.json.utf8))
        expectSame(section.names, PublishedEvent.names + fields + ["sentinel+...", "sentinel-..."])
        let relayed = quoted(in: section.text.split(separator: "Of what sentinels say:").last ?? "")
        expectSame(relayed, RelayEvents.relayed.map { "sentinel\($0)" })
        let told = try reference.section("Hooks").names.filter { $0.hasPrefix("INTERREX_") }
        expectSame(told, Array(event.variables.keys))
    }

    // MARK: Nodes

    @Test func each_node_has_a_row() throws {
        let paths = Paths(root: "/redis")
        let section = try reference.section("Nodes in ZooKeeper")
        // Fields stand in tables of their own, further below.
        let rows = section.rows.filter { $0[0].hasPrefix("`/redis/") }
        expectSame(rows.flatMap { quoted(in: $0[0]) }, Paths.Name.allCases.map(paths.path))
        for child in [
            paths.member("<uuid>"), paths.sentinel("<uuid>"), paths.identity("<uuid>"),
            "\(paths.candidatePrefix)<number>", "\(paths.watcherPrefix)<number>",
        ] { #expect(section.text.contains("`\(child)`"), "\(child)") }
        #expect(section.text.contains("at most \(ClusterRecord.byteLimit) bytes"))
        #expect(section.text.contains("at most \(ZnodeText.limit) bytes"))
        #expect(section.text.contains("last \(HistoryEntry.limit) changes"))
    }

    @Test func the_record_of_the_cluster_has_these_fields() throws {
        let id = String(repeating: "a", count: 40)
        let record = ClusterRecord(
            id: "0123456789abcdef", members: 3, epoch: 4, sentinelEpoch: 5, replicationID: id,
            holdings: Holdings(epoch: 4, offset: 1, keys: 1, seen: "2026-01-02T03:04:05Z"),
            reigns: [Reign(epoch: 1, replicationID: id, until: 1)],
            holders: [Holder(Sights.address(1), epoch: 4, offset: 1)],
            disks: [MemberDisk(Sights.address(1))], missingSince: 1)
        let containers = ["holds", "reigns", "holders", "disks"]
        let fields = try Self.fields(of: Array(record.json.utf8)).filter { !containers.contains($0) }
        expectSame(try reference.section("/redis/cluster").names, fields)
    }

    @Test func a_candidate_has_these_fields() throws {
        let freshness = Freshness(
            holdsData: true, epoch: 1, replicationID: "a", offset: 1, keys: 1, modified: 1, clusterID: "a", runID: "a")
        let data = CandidateData(address: "10.0.0.1 1", freshness: freshness, mayLead: false)
        let fields = try Self.fields(of: Registry.encode(data)).filter { $0 != "freshness" }
        expectSame(try reference.section("/redis/candidates/n-NUMBER").names, fields)
    }

    @Test func requests_have_these_fields() throws {
        var request = Switchover(id: "1", to: "a", awayFrom: "b", who: "c", until: "d", state: .done)
        (request.from, request.why, request.pause) = ("a", "b", 1)
        let named = Set(try reference.section("/redis/switchover").names)
        expectSame(named, try Self.fields(of: Registry.encode(request)))
        let pause = Pause(who: "a", why: "b", since: "c", until: "d")
        expectSame(try reference.section("/redis/paused").names, try Self.fields(of: Registry.encode(pause)))
    }

    // MARK: Log

    @Test func each_field_of_a_log_line_and_each_level_has_a_row() throws {
        let section = try reference.section("Log")
        let tables = section.rows.map { quoted(in: $0[0]) }
        let levels = Logger.Level.allCases.map(\.rawValue)
        let named = tables.flatMap(\.self)
        expectSame(named, levels + LogLine.ownNames + LogField.Name.allCases.map(\.rawValue))
        #expect(section.text.contains("at most \(longestLine) bytes"))
        #expect(section.text.contains("at most 4,096 bytes") && LogLine.limit == 4_096)
    }

    // MARK: Variables and exit codes

    @Test func each_variable_has_a_row_and_secrets_are_called_that() throws {
        let rows = try reference.section("Variables").rows
        expectSame(rows.flatMap { quoted(in: $0[0]) }, Environment.variables)
        expectSame(rows.filter { $0[0].contains("(secret)") }.flatMap { quoted(in: $0[0]) }, Environment.secrets)
        let text = try reference.section("Variables").text
        let files = Environment.secrets.map { "\($0)_FILE" }
        for name in try read().subtracting(Environment.variables + files) {
            #expect(text.contains("`\(name)`"), "\(name)")
        }
    }

    @Test func the_list_of_variables_has_those_that_are_read() throws {
        let others = ["MESOS_SANDBOX", "PATH", "TMPDIR"]
        #expect(
            try read().subtracting(Environment.variables).subtracting(Environment.secrets.map { "\($0)_FILE" })
                == Set(others))
        // Those of one kind of server are told apart by a property, or handed on.
        let named = try inSource(/"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)"/)
        #expect(Environment.variables.subtracting(named) == [])
    }

    private func read() throws -> Set<String> {
        try inSource(/\.(?:text|number|duration|secret|override)\(\s*"([A-Z][A-Z0-9_]*)"/)
    }

    @Test func the_exit_codes_are_those_of_the_programs() throws {
        let codes = ExitCode.meanings.flatMap { $0.codes.split(separator: "/") }.map(String.init)
        let rows = try reference.section("Exit codes").rows
        expectSame(rows.flatMap { $0[0].split(separator: ", ").map(String.init) }, codes)
        // Those below tell what was found.
        expectSame(codes.compactMap(Int32.init).filter { $0 > 2 }, ExitCode.allCases.map(\.rawValue))
    }

    @Test func the_rights_are_those_that_are_proven() throws {
        let section = try Document("docs/deploying.md").section("What the servers must allow")
        let line = try #require(section.text.firstMatch(of: /user ha on >\.\.\. ~\* (.*)/)).1
        expectSame(
            Set(line.split(separator: " ").map(String.init)),
            Set(NeededCommand.all.flatMap { $0.rule.split(separator: " ").map(String.init) }))
        let optional = try #require(section.text.firstMatch(of: /Without (.*?) it only warns/.dotMatchesNewlines())).1
        expectSame(quoted(in: optional), NeededCommand.all.filter { !$0.isEssential }.map(\.rule))
    }

    @Test func the_mark_for_servers_of_another_tool_is_ours() throws {
        let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: nil)
        #expect(Document("docs/deploying.md").text.contains("proc-title-template '\(mark.template())'"))
    }

    // MARK: Fields

    private static func fields(of json: JSON, below path: String = "") -> [String] {
        switch json {
        case .object(let members):
            members.flatMap { name, value -> [String] in
                let own = path.isEmpty ? name : "\(path).\(name)"
                return [own] + fields(of: value, below: own)
            }
        case .array(let elements): Set(elements.flatMap { fields(of: $0, below: "\(path)[]") }).sorted()
        case .null, .bool, .number, .string: []
        }
    }

    private static func fields(of bytes: [UInt8]) throws -> [String] {
        try JSONDecoder().decode(Fields.self, from: Data(bytes)).paths
    }

    /// The names of all fields of any JSON.
    private struct Fields: Decodable {
        var paths: [String] = []

        init(from decoder: any Decoder) throws {
            if let members = try? decoder.container(keyedBy: Name.self) {
                for name in members.allKeys {
                    let below = try members.decode(Fields.self, forKey: name).paths
                    paths += [name.stringValue] + below.map { name.stringValue + ($0.hasPrefix("[") ? "" : ".") + $0 }
                }
            } else if var elements = try? decoder.unkeyedContainer() {
                while !elements.isAtEnd { paths += try elements.decode(Fields.self).paths.map { "[].\($0)" } }
            }
        }

        private struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
    }
}

/// Says which are missing on either side.
private func expectSame<Element: Hashable & Comparable>(
    _ written: some Collection<Element>, _ real: some Collection<Element>,
    at location: SourceLocation = #_sourceLocation
) {
    #expect(Set(written).subtracting(real).sorted() == [], "only written", sourceLocation: location)
    #expect(Set(real).subtracting(written).sorted() == [], "not written", sourceLocation: location)
    #expect(written.count == real.count, "some are written twice", sourceLocation: location)
}
