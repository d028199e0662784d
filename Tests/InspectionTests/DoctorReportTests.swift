import Inspection
import Succession
import Testing
import Vocabulary

/// What is shown of an examination.
@Suite(.timeLimit(.minutes(5))) struct DoctorReportTests {
    private func report(_ isVerbose: Bool = false, _ plant: (inout Evidence) -> Void = { _ in }) -> DoctorReport {
        var evidence = Evidence.healthy
        plant(&evidence)
        return DoctorReport(Examination(of: evidence), root: "/redis", isVerbose: isVerbose)
    }

    private func text(_ report: DoctorReport, on canvas: Canvas = Canvas()) -> String {
        report.lines(on: canvas).joined(separator: "\n")
    }

    @Test func aHealthyClusterIsOneLine() {
        let count = Checks.all.count
        #expect(report().lines(on: Canvas()) == ["\(count) checks of /redis: \(count) passed"])
    }

    @Test func whatIsWrongHasNameSubjectCauseAndCommand() {
        let lines = report { $0.set("timeout", "300", at: [Evidence.master]) }.lines(on: Canvas())
        #expect(lines.contains("warn  timeout  10.0.0.1:6379"))
        #expect(lines.contains { $0.hasPrefix("      it closes connections that are idle for 300 s") })
        #expect(lines.contains("      fix: interrex config set timeout 0"))
        #expect(lines.last == "\(Checks.all.count) checks of /redis: \(Checks.all.count - 2) passed, 2 warn")
    }

    @Test func whatIsSoOfSeveralIsSaidOnce() {
        let lines = report { $0.set("timeout", "300") }.lines(on: Canvas(width: 50))
        #expect(lines.prefix(2) == ["warn  timeout  10.0.0.1:6379, 10.0.0.2:6379,", "      10.0.0.3:6379"])
        #expect(lines.count { $0.contains("fix:") } == 1)
    }

    @Test func theWorstComesFirst() throws {
        let lines = report {
            $0.set("timeout", "300")
            $0.set("cluster-enabled", "yes")
        }.lines(on: Canvas())
        let fail = try #require(lines.firstIndex { $0.hasPrefix("FAIL  cluster-mode") })
        let warn = try #require(lines.firstIndex { $0.hasPrefix("warn  timeout") })
        #expect(fail < warn)
    }

    /// A server that tells no settings takes many checks their answer: that is said once.
    @Test func whatCouldNotBeAskedIsSaidOnceForEachReason() {
        let lines = report { $0.answers[Evidence.master]?.settings = nil }.lines(on: Canvas())
        #expect(lines.count { $0.hasPrefix("?") } == 1)
        #expect(lines.contains { $0.hasSuffix("checks  10.0.0.1:6379") })
    }

    @Test func whatPassesIsShownWhereItIsAskedFor() {
        let lines = report(true).lines(on: Canvas())
        for check in Checks.all { #expect(lines.contains("ok    \(check.name): \(check.about)")) }
    }

    @Test(arguments: [60, 80])
    func itFitsAndItsCommandsCanBePasted(_ width: Int) {
        let text = text(
            report { $0.set("client-output-buffer-limit", "slave 1048576 1048576 60") }, on: Canvas(width: width))
        for line in text.split(separator: "\n") { #expect(line.count <= width) }
        let joined = text.replacing(#/ \\\n +/#, with: " ")
        #expect(joined.contains("interrex config set client-output-buffer-limit \"replica 268435456 67108864 60\""))
    }

    /// Servers have their say in it.
    @Test func nothingInItActsOnATerminal() {
        let text = text(report { $0.say("redis_version", "7\u{1b}[2J\u{202e}", at: Evidence.replicas[0]) })
        #expect(text.contains("7\\u{1b}[2J\\u{202e}"))
        #expect(!text.contains("\u{1b}") && !text.contains("\u{202e}"))
    }

    @Test func withoutZooKeeperThatIsSaidAndTheRestIsNotKnown() {
        let examination = { () -> Examination in
            var evidence = Evidence.healthy
            evidence.loseSight(ZooKeeperTrouble("ZooKeeper can't be reached"))
            return Examination(of: evidence)
        }()
        #expect(examination.exitCode == 2)
        #expect(examination.entries.filter { $0.mark == .fail }.map(\.check.name) == ["zookeeper"])
        let lines = DoctorReport(examination, root: "/redis").lines(on: Canvas())
        #expect(lines.count { $0.hasPrefix("?") } == 1)
    }

    @Test func theWorstDecidesTheExitCode() {
        func code(_ plant: (inout Evidence) -> Void) -> Int32 {
            var evidence = Evidence.healthy
            plant(&evidence)
            return Examination(of: evidence).exitCode
        }
        #expect(code { _ in } == 0)
        #expect(code { $0.set("timeout", "300") } == 1)
        #expect(code { $0.answers[Evidence.master]?.settings = nil } == 1)
        #expect(code { $0.set("cluster-enabled", "yes") } == 2)
    }

    @Test func oneCheckAloneCanBeRun() throws {
        var evidence = Evidence.healthy
        evidence.set("timeout", "300")
        evidence.set("tcp-keepalive", "0")
        let examination = Examination(of: evidence, by: [try #require(Checks.named("timeout"))])
        #expect(examination.entries.map(\.check.name) == ["timeout"])
        #expect(Checks.named("nothing") == nil)
    }

    /// Nobody runs a cluster on loopback alone for long: what is meant for hosts is not said of it.
    @Test func aClusterToTryThingsOutIsNotJudgedByItsHost() {
        var evidence = Evidence.healthy
        let own = Address("127.0.0.1:6379")!
        let instance = Instance(.master(History(replicationID: Evidence.id)), mark: .mark(Evidence.mark))
        evidence.sight = Sight(
            snapshot: Snapshot(
                mark: Evidence.mark, record: Record(own, version: 1), members: [own], instances: [own: instance]))
        evidence.sight?.servers[own] = ServerFacts(info: [:])
        evidence.sight?.watchers = [WatcherFacts(own, answers: true)]
        (evidence.machine.overcommit, evidence.machine.servers) = (0, [own])
        evidence.ensemble = [EnsembleServer("localhost:2181", .serves(mode: "standalone"))]
        let lenient = ["overcommit", "zookeeper-count", "watcher-count", "open-doors"]
        func said() -> [String] {
            Examination(of: evidence).entries.filter { $0.mark == .warn }.map(\.check.name)
        }
        #expect(Set(said()).isDisjoint(with: lenient))
        evidence.takesLoopbackSeriously = true
        #expect(Set(said()).isSuperset(of: lenient))
    }
}
