import Testing

@testable import Succession

/// When a replica that waits for its first copy ends, so that its launcher can stand with another one.
@Suite(.timeLimit(.minutes(5))) struct StrandedReplicaTests {
    private static func look(
        keys: Int64 = 0, _ role: ServerLook.Role = .replica(of: Cast.me, isSynchronised: false),
        isLoading: Bool = false, logs: Bool = true, isRewriting: Bool = false
    ) -> ServerLook {
        ServerLook(
            role: role, history: History(replicationID: Cast.line, keys: keys), runID: "0a", isLoading: isLoading,
            logs: logs, isRewriting: isRewriting)
    }

    /// Looks at the beginning and at the end, and what lies between.
    private static func ends(
        _ look: ServerLook = look(), _ persistence: Passport.Persistence = .aof, holdsData: Bool = true,
        masterIsGone: Bool = true, between: ServerLook? = nil, at end: Duration = StrandedReplica.patience
    ) -> Bool {
        var replica = StrandedReplica()
        func note(_ look: ServerLook, _ holdsData: Bool, _ masterIsGone: Bool, _ time: Duration) -> Bool {
            replica.note(look, persistence, holdsData: holdsData, masterIsGone: masterIsGone, at: time)
        }
        guard !note(look, holdsData, masterIsGone, .seconds(3)) else { return true }
        if let between { _ = note(between, true, true, .seconds(5)) }
        return note(look, holdsData, masterIsGone, .seconds(3) + end)
    }

    @Test func afterItsPatience() {
        #expect(Self.ends())
        #expect(!Self.ends(at: StrandedReplica.patience - .milliseconds(1)))
    }

    @Test func neverWhereItWouldBringNothing() {
        #expect(!Self.ends(holdsData: false))
        #expect(!Self.ends(masterIsGone: false))
        #expect(!Self.ends(Self.look(isLoading: true)))
        #expect(!Self.ends(Self.look(.master)))
        #expect(!Self.ends(Self.look(.replica(of: Cast.me, isSynchronised: true))))
    }

    @Test func neverWhereItMayBeTheOnlyOneThatHasTheKeys() {
        let (logged, unlogged) = (Self.look(keys: 7), Self.look(keys: 7, logs: false))
        #expect(Self.ends(logged, .aof) && Self.ends(unlogged, .rdb))
        #expect(!Self.ends(unlogged, .aof) && !Self.ends(unlogged, .none) && !Self.ends(logged, .none))
        #expect(!Self.ends(Self.look(keys: 7, isRewriting: true), .aof))
        // A copy that was set aside is more than nothing.
        #expect(Self.ends(Self.look(logs: false), .none))
    }

    @Test func aBreakBeginsTheCountAnew() {
        #expect(!Self.ends(between: Self.look(.master)))
    }
}
