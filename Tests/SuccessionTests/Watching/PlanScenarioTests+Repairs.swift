import Vocabulary

@testable import Succession

extension PlanScenarioTests {
    private typealias C = Cast
    private static let healthy = Snapshot.healthy

    private static func lasting(_ seconds: Double, _ snapshot: Snapshot) -> Snapshot {
        snapshot.lasting(.milliseconds(Int(seconds * 1_000)))
    }

    private static let misled = healthy.server(C.gone, .refused).sentinel(0) { $0.names = C.gone }
        .sentinel(1) { $0.names = C.gone }
    /// One of three names another live master, at the epoch that all of them have.
    private static let contrary = healthy.server(C.gone, C.master()).sentinel(0) { $0.names = C.gone }
    /// It has promoted a server that is gone, and waits for its return.
    private static let stuck = healthy.server(C.gone, .refused).sentinel(0) {
        ($0.names, $0.failoverFor) = (C.gone, .seconds(5))
    }
    private static let pointed = [Action.repoint(Array(C.sentinels.prefix(2)), to: C.recorded)]

    static let repoints: [PlanScenario] = [
        PlanScenario("all that name a dead address, together", lasting(3, misled), pointed),
        .nothing("not yet for 3 s", lasting(2.999, misled)),
        .nothing(
            "none of them is registered: any of them may have but a dead one's port",
            lasting(3, misled.with { for index in $0.sentinels.indices { $0.sentinels[index].isRegistered = false } })),
        .nothing(
            "one that no registered one hears",
            lasting(
                3,
                healthy.sentinel(2) { $0.names = nil }.with {
                    ($0.sentinels[2].isRegistered, $0.sentinels[2].isConfirmed) = (false, false)
                })),
        .nothing(
            "one of them not yet for 3 s: all wait",
            lasting(3, misled).with { $0.held[.misled(C.sentinels[1])] = .zero }),
        PlanScenario(
            "a majority names a live replica: nothing recorded, all pointed back",
            lasting(3, healthy.voices(C.first, C.first, C.first)), [.repoint(C.sentinels, to: C.recorded)]),
        PlanScenario(
            "they name nobody", lasting(3, healthy.voices(nil, nil, C.recorded)), pointed),
        PlanScenario("they name a stranger that answers master", lasting(3, misled.takenOver(C.gone)), pointed),
        .nothing("they name what answers master", lasting(3, misled.server(C.gone, C.master(), mark: .absent))),
        PlanScenario(
            "one names another master at the same epoch, which never reconciles", lasting(3, contrary),
            [.repoint([C.sentinels[0]], to: C.recorded)]),
        .nothing(
            "it has the higher epoch, which overrides the others", lasting(3, contrary.sentinel(0) { $0.epoch = 8 })),
        .nothing("it is not outvoted: one of the others is silent", lasting(3, contrary.silent(2))),
        .nothing("the recorded master is silent", lasting(3, misled.server(C.recorded, .silent))),
        .nothing(
            "a stranger has its port",
            lasting(3, misled.server(C.recorded, C.master(), mark: .mark(C.markOfNamesake)))),
        .nothing(
            "nothing shows it to be ours",
            lasting(3, misled.server(C.recorded, C.master(), mark: .absent).withoutLease(of: C.recorded))),
        .nothing("a failover is in progress", lasting(3, misled.sentinel(2) { $0.failoverFor = .seconds(60) })),
        PlanScenario(
            "the failover of one can't end, and the others are past it", lasting(3, stuck),
            [.repoint([C.sentinels[0]], to: C.recorded)]),
        .nothing("it has the higher epoch: the others will follow", lasting(3, stuck.sentinel(0) { $0.epoch = 8 })),
        .nothing("it has just begun, for a server that answers master", lasting(3, stuck.server(C.gone, C.master()))),
        PlanScenario(
            "a failover that can't end, whoever follows it",
            lasting(3, misled.sentinel(0) { $0.failoverFor = .milliseconds(30_001) }), pointed),
        .nothing("it may still end", lasting(3, misled.sentinel(0) { $0.failoverFor = .seconds(30) })),
        .nothing("we reach no majority", lasting(3, misled.silent(1, 2))),
        .nothing("we don't lead", lasting(3, misled).with { $0.leads = false }),
        .nothing("paused", lasting(3, misled).with { $0.isPaused = true }),
    ]

    /// The second replica follows a dead address.
    private static let orphan = healthy.server(C.second, C.replica(of: C.gone)).server(C.gone, .refused)
    private static let secondMaster = healthy.server(C.second, C.master())
    private static let home = [Action.attach(C.second, to: C.recorded)]

    /// Nothing but that the second replica's copy is not counted on any more.
    private static let secondLess = [Action.keep(Snapshot.kept.without(C.second))]

    static let attachments: [PlanScenario] = [
        PlanScenario("a member follows a dead address", lasting(3, orphan), home),
        .nothing("not yet for 3 s", lasting(2.999, orphan)),
        PlanScenario("a member follows a stranger", lasting(10, orphan.takenOver(C.gone)), home),
        PlanScenario("a member follows a replica", lasting(10, healthy.server(C.second, C.replica(of: C.first))), home),
        PlanScenario("a member is a second master that nobody names", lasting(1, secondMaster), home),
        .nothing("not yet for a second", secondMaster.lasting(.milliseconds(999))),
        PlanScenario("by its mark alone", lasting(10, secondMaster.withoutLease(of: C.second)), home),
        PlanScenario(
            "by its lease alone", lasting(10, secondMaster.server(C.second, C.master(), mark: .unknown)), home),
        .nothing("neither", lasting(10, secondMaster.server(C.second, C.master(), mark: .absent))),
        PlanScenario(
            "an unreadable mark and no lease: it holds nothing of ours any more",
            lasting(10, secondMaster.server(C.second, C.master(), mark: .unknown).withoutLease(of: C.second)),
            secondLess),
        PlanScenario(
            "a stranger, on a lease that has not ended yet: neither does that",
            lasting(10, secondMaster.server(C.second, C.master(), mark: .mark(C.markOfNamesake))), secondLess),
        .nothing(
            "it follows another master",
            lasting(10, orphan.server(C.gone, C.master(), mark: .absent))),
        .nothing("it follows what is silent to us alone", lasting(10, orphan.server(C.gone, .silent))),
        PlanScenario(
            "it follows what is silent to it as well",
            lasting(
                10, orphan.server(C.gone, .silent).server(C.second, C.replica(of: C.gone, linked: false))), home),
        .nothing(
            "it was tried a moment ago", lasting(10, orphan).with { $0.resting = home }),
        .nothing("unsettled: a sentinel is silent", lasting(10, secondMaster.silent(2))),
        .nothing(
            "unsettled: a sentinel names the second master",
            lasting(10, secondMaster.sentinel(2) { ($0.names, $0.epoch) = (C.second, 8) })),
        .nothing(
            "unsettled: a failover is in progress", lasting(10, secondMaster.sentinel(2) { $0.failoverFor = .zero })),
        .nothing("unsettled: the recorded master is silent", lasting(10, secondMaster.server(C.recorded, .silent))),
        .nothing("unsettled: no sentinel", lasting(10, secondMaster.voices())),
        .nothing(
            "one sentinel of three is registered: the others may name the second master",
            lasting(10, secondMaster.unregistered(2, answering: .silent).unregistered(1, answering: .silent))),
        PlanScenario(
            "nothing is recorded: that comes first", lasting(10, secondMaster.with { $0.record = nil }),
            [.recorded(C.recorded, .agreed, over: nil)]),
        .nothing("we don't lead", lasting(10, orphan).with { $0.leads = false }),
        .nothing("paused", lasting(10, orphan).with { $0.isPaused = true }),
    ]

    /// A replica that started empty has the data, but its lease ended before it could say so.
    private static let unraised = healthy.server(C.second, C.replica(priority: 0)).withoutLease(of: C.second)
    private static let raised = [Action.configure(C.second, parameter: "replica-priority", value: "100")]

    static let priorities: [PlanScenario] = [
        PlanScenario("a synchronised replica still has priority 0", lasting(10, unraised), raised),
        PlanScenario(
            "to whatever it waits for", lasting(10, unraised.server(C.second, waiting(for: 7))),
            [.configure(C.second, parameter: "replica-priority", value: "7")]),
        .nothing("the user's own 0", lasting(10, unraised.server(C.second, C.replica(priority: 0, isUsers: true)))),
        .nothing("not yet for 10 s", lasting(9.999, unraised)),
        .nothing("its lease lives, whose task it is", lasting(10, healthy.server(C.second, C.replica(priority: 0)))),
        .nothing(
            "never synchronised", lasting(10, unraised.server(C.second, C.replica(synchronised: false, priority: 0)))),
        .nothing("its link is down", lasting(10, unraised.server(C.second, unlinked))),
        .nothing(
            "it follows another",
            lasting(10, unraised.server(C.second, C.replica(of: C.heir, priority: 0)))),
        PlanScenario(
            "it bears no mark", lasting(10, unraised.server(C.second, C.replica(priority: 0), mark: .absent)),
            secondLess),
        PlanScenario(
            "its mark is unknown", lasting(10, unraised.server(C.second, C.replica(priority: 0), mark: .unknown)),
            secondLess),
        .nothing("we don't lead", lasting(10, unraised).with { $0.leads = false }),
        .nothing("paused", lasting(10, unraised).with { $0.isPaused = true }),
    ]

    private static let unlinked = Answer.replica(
        Replication(
            of: C.recorded, synchronised: true, isLinked: false, priority: 0, history: C.history(), awaiting: 100))

    private static func waiting(for priority: Int) -> Answer {
        .replica(Replication(of: C.recorded, synchronised: true, priority: 0, history: C.history(), awaiting: priority))
    }

    /// Another tool registered a sentinel that is dead.
    private static let leftover = healthy.silent(2).with {
        $0.leftovers = [C.sentinels[2]]
        $0.peers = [C.sentinels[2]: .refused]
    }

    static let leftovers: [PlanScenario] = [
        PlanScenario("another tool's sentinel refuses", lasting(60, leftover), [.remove(sentinel: C.sentinels[2])]),
        .nothing("not yet for 60 s", lasting(59.999, leftover)),
        .nothing("it is silent", lasting(60, leftover.with { $0.peers[C.sentinels[2]] = .silent })),
        .nothing("another has its port", lasting(60, leftover.with { $0.peers[C.sentinels[2]] = .stranger })),
        .nothing("its node is a lease", lasting(60, leftover.with { $0.leftovers = [] })),
        .nothing("we don't lead", lasting(60, leftover).with { $0.leads = false }),
        .nothing("paused", lasting(60, leftover).with { $0.isPaused = true }),
    ]
}
