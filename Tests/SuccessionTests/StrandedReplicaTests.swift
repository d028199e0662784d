import Testing

@testable import Succession

/// When an empty replica ends so that its launcher can bring a copy back.
@Suite(.timeLimit(.minutes(5))) struct StrandedReplicaTests {
    private static func look(
        keys: Int64 = 0, _ role: ServerLook.Role = .replica(of: Cast.me, isSynchronised: false), isLoading: Bool = false
    ) -> ServerLook {
        ServerLook(
            role: role, history: History(replicationID: Cast.line, keys: keys), runID: "0a", isLoading: isLoading)
    }

    /// Looks at the beginning and at the end, and what lies between.
    private static func ends(
        _ look: ServerLook = look(), holdsData: Bool = true, masterIsGone: Bool = true, between: ServerLook? = nil,
        at end: Duration = StrandedReplica.patience
    ) -> Bool {
        var replica = StrandedReplica()
        guard !replica.note(look, holdsData: holdsData, masterIsGone: masterIsGone, at: .seconds(3)) else {
            return true
        }
        if let between { _ = replica.note(between, holdsData: true, masterIsGone: true, at: .seconds(5)) }
        return replica.note(look, holdsData: holdsData, masterIsGone: masterIsGone, at: .seconds(3) + end)
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

    @Test func aBreakBeginsTheCountAnew() {
        #expect(!Self.ends(between: Self.look(.master)))
    }
}
