import Inspection
import Succession
import Testing
import Vocabulary

/// What a person sees.
@Suite(.timeLimit(.minutes(5))) struct StatusPageTests {
    private let healthy = Sight.healthy

    @Test func aHealthyPageTellsWhoIsWhat() {
        #expect(
            StatusPage(healthy).lines(on: Canvas(width: 100)) == [
                "/redis  healthy",
                "master 10.0.0.1:6379 for 2 h, since 2026-11-30T10:00:00.000Z (succession after 10.0.0.9:6379)",
                "2 of 2 replicas linked, 3 of 3 sentinels answer, 2 watchers, epoch 4", "",
                "server         says     ZooKeeper  sentinels  link  lag   memory   up  version  offset",
                "10.0.0.1:6379  master   master     master     -     -    1.5 MiB  2 h  7.0.15     1000",
                "10.0.0.2:6379  replica  member     replica    up    0 B  1.5 MiB  2 h  7.0.15     1000",
                "10.0.0.3:6379  replica  member     replica    up    0 B  1.5 MiB  2 h  7.0.15     1000", "",
                "sentinel        names          master  peers  quorum     state   up  version  epoch",
                "10.0.0.1:26379  10.0.0.1:6379  up      2      2 reached  -      2 h  7.0.15       7",
                "10.0.0.2:26379  10.0.0.1:6379  up      2      2 reached  -      2 h  7.0.15       7",
                "10.0.0.3:26379  10.0.0.1:6379  up      2      2 reached  -      2 h  7.0.15       7", "",
                "watcher        role   answers  version", "10.0.0.1:8080  leads  yes      0.1.0",
                "10.0.0.2:8080  waits  yes      0.1.0",
            ])
    }

    @Test(arguments: [60, 80, 132]) func noLineIsWiderThanTheTerminal(_ width: Int) {
        let wrong = healthy.answering(.refused, Sight.replicas[0]).silentSentinels(0).with {
            $0.watchers = []
            $0.pause = Pause(who: "ops", why: "a long story about a network that is to be rebuilt in the night")
        }
        for sight in [healthy, wrong] {
            for asTree in [false, true] {
                let lines = StatusPage(sight).lines(on: Canvas(width: width), asTree: asTree)
                // What is to be typed stays in one piece.
                let wide = lines.filter { $0.count > width && !$0.hasPrefix("  next: ") }
                #expect(wide.isEmpty, "\(wide)")
                #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x7f } })
            }
        }
    }

    @Test func aDisagreementStandsBelowItsServer() throws {
        let sight = healthy.sentinel(0) { $0.names = Sight.replicas[0] }
        let lines = StatusPage(sight).lines(on: Canvas())
        let row = try #require(lines.firstIndex { $0.hasPrefix("10.0.0.2:6379") })
        #expect(lines[row].contains("master 1/3"))
        #expect(lines[row + 1] == "  ! 1 of 3 sentinels name it as master, and ZooKeeper does not")
        let first = try #require(lines.firstIndex { $0.hasPrefix("10.0.0.1:6379") })
        #expect(lines[first + 1] == "  ! ZooKeeper records it as master, and 1 of 3 sentinels name another")
    }

    @Test func theTreeShowsWhoFollowsWhom() {
        let chained = healthy.with {
            guard case .replica(var replication)? = $0.snapshot.instances[Sight.replicas[1]]?.answer else { return }
            replication.master = Sight.replicas[0]
            $0.snapshot.instances[Sight.replicas[1]]?.answer = .replica(replication)
        }
        func tree(_ canvas: Canvas) -> ArraySlice<String> {
            StatusPage(chained).lines(on: canvas, asTree: true).dropFirst(4).prefix(3)
        }
        #expect(
            tree(Canvas()) == [
                "10.0.0.1:6379  master  (recorded master)  7.0.15", "`- 10.0.0.2:6379  replica  lag 0 B  7.0.15",
                "   `- 10.0.0.3:6379  replica  lag 0 B  7.0.15",
            ])
        #expect(tree(Canvas(hasUnicode: true)).last == "   └─ 10.0.0.3:6379  replica  lag 0 B  7.0.15")
        // Each other's replicas are shown once.
        let ring = chained.with {
            guard case .replica(var replication)? = $0.snapshot.instances[Sight.replicas[0]]?.answer else { return }
            replication.master = Sight.replicas[1]
            $0.snapshot.instances[Sight.replicas[0]]?.answer = .replica(replication)
        }
        let lines = StatusPage(ring).lines(on: Canvas(), asTree: true)
        for replica in Sight.replicas { #expect(lines.count { $0.contains("\(replica)  replica") } == 1) }
    }

    @Test func aFindingSaysWhatToTypeNext() {
        let lines = StatusPage(healthy.with { $0.pause = Pause(who: "ops", why: "work") }).lines(
            on: Canvas(hasColour: true))
        #expect(lines.contains { $0.contains("\u{1b}[33mwarning\u{1b}[0m  \u{1b}[1mpaused /redis/paused\u{1b}[0m") })
        #expect(lines.last == "  next: interrex resume")
    }

    /// Whoever has a server's port says what he likes.
    @Test func nothingThatAServerSaysActsOnATerminal() {
        let hostile = healthy.with { sight in
            sight.servers[Sight.master] = ServerFacts(info: [
                "redis_version": "7\u{1b}]0;x\u{9b}2J\t\u{202e}" + String(repeating: "9", count: 100_000),
                "used_memory": "9223372036854775807", "maxmemory": "1", "uptime_in_seconds": "-9223372036854775808",
            ])
            sight.pause = Pause(who: "a\u{202e}b", why: "c\u{1b}[2Jd")
            sight.snapshot.switchover = Switchover(id: "\u{202e}", who: "e\u{202e}")
        }
        let page = StatusPage(hostile)
        let shown =
            page.lines(on: Canvas()) + page.lines(on: Canvas(), asTree: true) + page.tabSeparated + [
                page.json.text { $0 }
            ]
        for line in shown {
            let acting = line.unicodeScalars.filter {
                $0.value < 0x20 && $0 != "\t" || (0x7f...0x9f).contains($0.value) || $0.value == 0x202e
            }
            #expect(acting.isEmpty)
            #expect(line.utf8.count < 5_000)
        }
        #expect(Set(page.tabSeparated.map { $0.split(separator: "\t").count }) == [10])
    }

    @Test func programsGetALineForEachProcess() {
        let lines = StatusPage(healthy).tabSeparated
        #expect(lines.count == 9)
        #expect(lines[1] == "server\t10.0.0.1:6379\tmaster\t-\t-\t-\t1000\t1572864\t7200\t7.0.15")
        #expect(Set(lines.map { $0.split(separator: "\t").count }) == [10])
    }

    @Test func theOverviewHasALineForEachCluster() {
        let overview = Overview([
            .page(StatusPage(healthy)), .page(StatusPage(healthy.answering(.refused, Sight.master))),
            .unseen(root: "/locked", why: "no permission"),
        ])
        #expect(overview.exitCode == 2)
        let lines = overview.lines(on: Canvas())
        #expect(lines.count == 4)
        #expect(lines[1] == "/redis   healthy    10.0.0.1:6379  2/2       3/3        healthy")
        #expect(lines[3].hasPrefix("/locked  unseen"))
        for width in [60, 80] {
            let narrow = overview.lines(on: Canvas(width: width))
            #expect(narrow.allSatisfy { $0.count <= width }, "\(narrow)")
            #expect(narrow[1].contains("2/2 ") && narrow[1].contains("3/3 "), "\(narrow)")
            let words = narrow.flatMap { $0.split(separator: " ") }.joined(separator: " ")
            #expect(words.contains("NO MASTER:") && words.contains("refuses"), "\(narrow)")
            #expect(!words.contains("..."), "\(narrow)")
        }
    }

    @Test(arguments: [
        (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_572_864, "1.5 MiB"), (10_485_760, "10 MiB"),
        (5_368_709_120, "5.0 GiB"),
    ]) func amountsAreRead(_ bytes: Int, _ text: String) { #expect(Amount.bytes(bytes) == text) }

    @Test(arguments: [(48, "48 ms"), (1_540, "1.5 s"), (42_000, "42 s"), (420_000, "7 min")])
    func timesAreRead(_ milliseconds: Int, _ text: String) {
        #expect(Amount.time(.milliseconds(milliseconds)) == text)
    }
}
