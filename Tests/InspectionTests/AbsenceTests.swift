import Inspection
import Succession
import Testing
import Vocabulary

/// Who is not here, who waits for them, and what to type next.
@Suite(.timeLimit(.minutes(5))) struct AbsenceTests {
    private let healthy = Sight.healthy
    private let gone = Sight.sentinelAddresses[2]

    /// Its lease is gone, and the others know it.
    private var withoutASentinel: Sight {
        healthy.with {
            $0.snapshot.sentinels = Sentinels(Array($0.snapshot.sentinels.dropLast()))
            $0.snapshot.peers[gone] = .refused
        }
    }

    @Test func aSentinelThatIsGoneIsMissing() throws {
        let sight = withoutASentinel
        #expect(sight.verdict.text == "degraded: a sentinel is missing" && sight.verdict.exitCode == 1)
        let finding = try #require(sight.findings.first)
        #expect(finding.name == "sentinel-missing" && finding.subject == "\(gone)")
        #expect(finding.text.contains("2 of 3 are left"), "\(finding.text)")
        // With two left, none of them can be spared while it forgets.
        #expect(finding.commands == ["interrex sentinel    # on 10.0.0.3"])
        let page = StatusPage(sight)
        let row = page.lines(on: Canvas()).first { $0.hasPrefix("\(gone)") }
        #expect(row?.contains(" gone ") == true, "\(row ?? "none")")
        #expect(page.json.text { $0 }.contains(#""address":"\#(gone)","registered":false,"answers":false"#))
    }

    /// With the hosts of those that are missing, and no second finding.
    @Test func aLostMajorityNamesThem() {
        let others = Sight.sentinelAddresses.dropFirst()
        let sight = healthy.with {
            $0.snapshot.sentinels = Sentinels(Array($0.snapshot.sentinels.prefix(1)))
            for other in others { $0.snapshot.peers[other] = .refused }
        }
        let told = sight.findings.filter { $0.name.hasPrefix("sentinel-m") }
        #expect(told.map(\.name) == ["sentinel-majority-lost"])
        #expect(told.first?.commands == others.map { "interrex sentinel    # on \($0.host)" })
    }

    @Test func aQuorumIsLoweredOnlyToWhatStillIsOne() {
        func commands(_ count: Int) -> [String] {
            healthy.with { $0.snapshot.sentinels = Sentinels(Array($0.snapshot.sentinels.prefix(count))) }
                .sentinel {
                    ($0.peers, $0.details.sentinels, $0.details.quorum, $0.details.hasQuorum) = (
                        count - 1, [], 3, false
                    )
                }
                .findings.first { $0.name == "no-quorum" }?.commands ?? []
        }
        #expect(commands(1) == ["interrex sentinel    # on each host that lacks one"])
        #expect(commands(2).last == "interrex config set --sentinel quorum 2")
        // One that is registered and silent would keep it from all.
        let silent = healthy.silentSentinels(2).sentinel { ($0.details.quorum, $0.details.hasQuorum) = (3, false) }
        let told = silent.findings.first { $0.name == "no-quorum" }?.commands.last
        #expect(told == "interrex config set --sentinel quorum 2 --partial", "\(told ?? "none")")
    }

    @Test func aMissingReplicaIsNamedWhereTheSentinelsKnowIt() {
        let sight = healthy.answering(.refused, Sight.replicas[1]).with { $0.snapshot.members.removeLast() }
        let finding = sight.findings.first { $0.name == "missing-replicas" }
        #expect(
            finding?.commands == [
                "interrex redis    # on 10.0.0.3", "interrex forget 10.0.0.3:6379    # where it is gone for good",
            ])
        // One that is here has its own.
        let frozen = healthy.answering(.silent, Sight.replicas[1])
        #expect(frozen.findings.first { $0.name == "missing-replicas" }?.commands == [])
        let linked = frozen.findings.first { $0.name == "replica-not-linked" }
        #expect(linked?.commands == ["interrex redis    # on 10.0.0.3, once the process that hangs is ended"])
    }

    @Test func withoutAMasterTheNextCommandIsSo() {
        func commands(_ sight: Sight) -> [String]? { sight.findings.first { $0.name == "no-master" }?.commands }
        let frozen = healthy.answering(.silent, Sight.master).sentinel { $0.details.lastReply = .seconds(3) }
        #expect(commands(frozen) == ["interrex status --watch    # the sentinels replace it by themselves"])
        let loading = Sight.replicas.reduce(frozen) { $0.answering(.loading, $1) }
        #expect(commands(loading) == ["interrex master --wait"])
        #expect(
            commands(frozen.sentinel { $0.details.hasQuorum = false }) == ["interrex failover    # nobody else can"])
        let dark = Sight.replicas.reduce(healthy.answering(.refused, Sight.master)) { $0.answering(.refused, $1) }
            .with { $0.snapshot.members = [] }
        #expect(commands(dark) == (1...3).map { "interrex redis    # on 10.0.0.\($0), with its data" })
    }

    @Test func whoWaitsInAColdStartIsTold() throws {
        let held = Holdings(epoch: 4, offset: 5_000, keys: 1_000, seen: "2026-11-30T10:00:00Z")
        let dark = healthy.answering(.refused, Sight.master).with {
            $0.snapshot.members = []
            for replica in Sight.replicas { $0.snapshot.instances[replica] = nil }
            $0.snapshot.cluster?.holdings = held
            $0.snapshot.cluster?.holders = [Holder(Sight.master, epoch: 4, offset: 5_000)]
            $0.candidates = [Candidate(number: 1, address: Sight.replicas[0], freshness: .empty)]
        }
        let finding = try #require(dark.findings.first)
        #expect(finding.name == "cold-start" && finding.weight == .outage)
        for word in ["held 1000 keys", "\(Sight.replicas[0]), waiting: empty", "missing: \(Sight.master)", "all of it"]
        {
            #expect(finding.text.contains(word), "\(word): \(finding.text)")
        }
        #expect(
            finding.commands == [
                "interrex redis    # on 10.0.0.1, with its data",
                "interrex accept-loss --why \"...\"    # gives up what is missing",
            ])
        for change: (inout Sight) -> Void in [
            { $0.snapshot.cluster?.holdings = nil }, { $0.snapshot.acceptsLoss = true },
        ] {
            #expect(dark.with(change).findings.first?.commands == ["interrex master --wait"])
        }
        let nobody = dark.with { $0.candidates[0].mayLead = false }.findings.first
        #expect(nobody?.text.contains("may ever be master") == true && nobody?.commands.count == 1, "\(nobody as Any)")
        let new = dark.with { ($0.snapshot.record, $0.snapshot.cluster) = (nil, nil) }
        #expect(!new.findings.contains { $0.name == "cold-start" })
        #expect(healthy.with { $0.candidates = dark.candidates }.findings.isEmpty)
    }

    @Test func whoLacksTheSentinelsPasswordIsToldThatAlone() {
        let sight = healthy.with { sight in
            for index in sight.snapshot.sentinels.indices {
                sight.snapshot.sentinels[index].opinion = nil
                sight.snapshot.sentinels[index].trouble = .denied
            }
        }
        #expect(sight.findings.map(\.name).prefix(1) == ["locked-out"])
        #expect(!sight.findings.contains { $0.name.hasPrefix("sentinel-") }, "\(sight.findings)")
        #expect(sight.findings.first?.text.contains("SENTINEL_PASSWORD") == true)
    }

    /// What is wrong, before the tables.
    @Test func whereThereIsLittleRoomTheFindingsComeFirst() throws {
        let page = StatusPage(withoutASentinel)
        let (whole, short) = (page.lines(on: Canvas()), page.lines(on: Canvas(), within: 10))
        #expect(short.sorted() == whole.sorted())
        let next = try #require(short.firstIndex { $0.hasPrefix("  next: ") })
        let table = try #require(short.firstIndex { $0.hasPrefix("server") })
        #expect(next < table && whole == page.lines(on: Canvas(), within: whole.count))
    }
}
