import Testing

@testable import Succession

/// What a master's lease writes into `/redis/cluster`, look by look.
@Suite(.timeLimit(.minutes(5))) struct HoldingsDraftTests {
    private static let now = "2026-01-01T00:00:01Z"

    private static func look(
        _ offset: Int64, changes: Int64 = 0, keys: Int64 = 10, replicas: Int = 2, line: String = Cast.line,
        role: ServerLook.Role = .master
    ) -> ServerLook {
        ServerLook(
            role: role, history: History(replicationID: line, offset: offset, keys: keys), runID: Cast.fileLine,
            changes: changes, replicas: replicas)
    }

    /// - Parameter began: the first offset that it does not share with the reign before.
    private static func promoted(
        _ offset: Int64, changes: Int64 = 0, keys: Int64 = 10, replicas: Int = 2, began: Int64? = 501
    ) -> ServerLook {
        var look = look(offset, changes: changes, keys: keys, replicas: replicas, line: Cast.otherLine)
        look.history.previousID = began.map { _ in Cast.line }
        look.history.previousOffset = began
        return look
    }

    /// A lease, what it finds in ZooKeeper, and what its server keeps.
    private struct Lease {
        var draft = HoldingsDraft()
        var cluster: ClusterRecord
        var persistence = Passport.Persistence.aof
        var epoch = 3
        var master = Cast.me
        var leases = 9
        /// Looks come once a second.
        var time = Duration.zero

        /// What is written at this look; the next one finds it.
        mutating func sees(_ look: ServerLook) -> ClusterRecord? {
            let reign = ReignView(
                record: Record(master, version: 1), cluster: cluster, clusterVersion: 1, leases: leases)
            let written = draft.next(
                look, reign, me: Cast.me, persistence: persistence, epoch: epoch, now: now, at: time)
            time += .seconds(1)
            cluster = written ?? cluster
            return written
        }

        /// Of a reign that has just begun, after one that held something.
        static var second: Lease {
            var lease = Lease(cluster: claimed)
            _ = lease.sees(look(500))
            lease.cluster = lease.cluster.succeeded(epoch: 4, by: nil)
            lease.draft = HoldingsDraft()
            return lease
        }
    }

    /// What the reign before held.
    private static let before = Holdings(epoch: 3, offset: 500, keys: 10, seen: now)

    private static let claimed = ClusterRecord(
        id: Cast.clusterID, members: 1, epoch: 3, reigns: [Reign(epoch: 2, replicationID: Cast.otherLine, until: 7)],
        missingSince: 9)

    @Test func theFirstLookWritesTheIdAndWhatThereIs() {
        var lease = Lease(cluster: Self.claimed)
        var expected = Self.claimed
        (expected.replicationID, expected.members, expected.missingSince) = (Cast.line, 3, nil)
        expected.holdings = Holdings(epoch: 3, offset: 500, keys: 10, seen: Self.now)
        #expect(lease.sees(Self.look(500)) == expected)
    }

    @Test func pingsWriteNothing() {
        var lease = Lease(cluster: Self.claimed)
        _ = lease.sees(Self.look(500))
        for offset in stride(from: Int64(514), to: 900, by: 14) { #expect(lease.sees(Self.look(offset)) == nil) }
    }

    /// A burst of less than two seconds is no rate: whoever missed all of it has missed more than that.
    @Test func aBurstEndsWithOneMoreWriteThatCountsPingsAlone() {
        var lease = Lease(cluster: Self.claimed)
        _ = lease.sees(Self.look(500))
        #expect(
            lease.sees(Self.look(900, changes: 4))?.holdings
                == Holdings(epoch: 3, offset: 900, keys: 10, seen: Self.now))
        #expect(lease.sees(Self.look(1_000, changes: 5))?.holdings?.rate == 100)
        #expect(
            lease.sees(Self.look(1_014, changes: 5))?.holdings
                == Holdings(epoch: 3, offset: 1_000, rate: 14, keys: 10, seen: Self.now))
        #expect(lease.sees(Self.look(1_028, changes: 5)) == nil)
    }

    /// A lease that starts again beside its server finds what it wrote.
    @Test func whatIsThereIsNotWrittenAgain() {
        var lease = Lease(cluster: Self.claimed)
        _ = lease.sees(Self.look(500))
        lease.draft = HoldingsDraft()
        #expect(lease.sees(Self.look(500)) == nil)
        lease.draft = HoldingsDraft()
        #expect(lease.sees(Self.look(514))?.holdings?.rate == 0)
    }

    @Test func anotherReplicaIsAnotherMember() {
        var lease = Lease(cluster: Self.claimed)
        _ = lease.sees(Self.look(500))
        #expect(lease.sees(Self.look(500, replicas: 4))?.members == 5)
        // A backup, or an earlier life.
        lease.leases = 5
        #expect(lease.sees(Self.look(500, replicas: 6)) == nil)
        #expect(lease.sees(Self.look(500, replicas: 0)) == nil)
    }

    /// A reign that is there for a second, and in which something was written, counts as what there was.
    @Test func aNewReignCountsFromItsSecondSecondOn() {
        var lease = Lease.second
        let id = lease.sees(Self.promoted(500))
        #expect(id?.replicationID == Cast.otherLine && id?.holdings == Self.before)
        lease.time -= .milliseconds(1)
        #expect(lease.sees(Self.promoted(700, changes: 1)) == nil)
        // One write in its first second is a write.
        let held = Holdings(epoch: 4, offset: 900, rate: 200, keys: 10, seen: Self.now)
        #expect(lease.sees(Self.promoted(900, changes: 1))?.holdings == held)
    }

    /// A snapshot that begins or ends, and replicas that come, write nothing; one after a write does not hide that.
    @Test func whatMakesNoneOfTheDataIsNoWrite() {
        var lease = Lease.second
        _ = lease.sees(Self.promoted(500))
        var look = Self.promoted(600, replicas: 4)
        look.isSaving = true
        #expect(lease.sees(look)?.holdings == Self.before)
        (look.isSaving, look.lastSave) = (false, 77)
        #expect(lease.sees(look) == nil)
        look.changes = 1
        #expect(lease.sees(look)?.holdings?.epoch == 4)

        lease = Lease.second
        _ = lease.sees(Self.promoted(500, changes: 3))
        (look.changes, look.lastSave) = (0, 78)
        #expect(lease.sees(look)?.holdings?.epoch == 4)
    }

    /// What they wrote is what there was once the next one lasts.
    @Test(arguments: [(until: Int64(756), counts: false), (757, true), (100, true)])
    func reignsThatWereTooShortToCountAddUp(_ test: (until: Int64, counts: Bool)) {
        var lease = Lease.second
        lease.cluster.epoch = 6
        lease.cluster.reigns = [
            Reign(epoch: 3, replicationID: Cast.line, until: 500),
            Reign(epoch: 5, replicationID: Cast.fileLine, until: test.until),
        ]
        let look = Self.promoted(test.until, began: test.until + 1)
        _ = lease.sees(look)
        #expect(lease.sees(look)?.holdings?.epoch == (test.counts ? 6 : nil))
    }

    @Test func aRecordThatCouldNotBeWrittenHidesNoWrite() {
        var lease = Lease.second
        _ = lease.sees(Self.promoted(500))
        lease.draft.wasNotWritten()
        #expect(lease.sees(Self.promoted(510, changes: 1))?.holdings?.epoch == 4)
    }

    /// Whoever was away all the time lacks nothing.
    @Test func aReignWithoutAWriteAddsNothing() {
        var lease = Lease.second
        for offset in stride(from: Int64(500), to: 90_000, by: 250) {
            #expect(lease.sees(Self.promoted(offset)) == nil || offset == 500)
        }
        #expect(lease.sees(Self.promoted(90_000, changes: 1))?.holdings?.epoch == 4)
    }

    /// What came before the first look is seen by what it has left.
    @Test(arguments: [
        (keys: Int64(10), began: Int64(401), counts: false), (10, 245, false), (10, 244, true), (10, nil, true),
        (11, 401, true), (9, 401, true),
    ])
    func whatAReignHadWrittenBeforeTheFirstLook(_ test: (keys: Int64, began: Int64?, counts: Bool)) {
        var lease = Lease.second
        let look = Self.promoted(500, keys: test.keys, began: test.began)
        #expect(lease.sees(look)?.holdings == Self.before)
        #expect(lease.sees(look)?.holdings?.epoch == (test.counts ? 4 : nil))
    }

    /// Nobody who has nothing could begin behind it.
    @Test func afterAReignOfNothingTheNextCountsAtOnce() {
        var lease = Lease.second
        lease.cluster.holdings?.keys = 0
        #expect(lease.sees(Self.look(500))?.holdings?.epoch == 4)
        #expect(lease.sees(Self.look(500, line: Cast.otherLine))?.replicationID == Cast.otherLine)
    }

    @Test func whoIsNotTheRecordedMasterWritesNothing() {
        var lease = Lease(cluster: Self.claimed, master: Cast.recorded)
        #expect(lease.sees(Self.look(500)) == nil)
        #expect(lease.sees(Self.look(500, role: .replica(of: Cast.recorded, isSynchronised: true))) == nil)
        lease.master = Cast.me
        var loading = Self.look(500)
        loading.isLoading = true
        #expect(lease.sees(loading) == nil)
        #expect(lease.sees(Self.look(500, role: .replica(of: Cast.recorded, isSynchronised: true))) == nil)
    }

    /// The rate is that of one second, not of the time in which it was another's reign.
    @Test func aReturnedMasterHasNoRateYet() {
        var lease = Lease(cluster: Self.claimed)
        _ = lease.sees(Self.look(500))
        lease.master = Cast.recorded
        _ = lease.sees(Self.look(600, changes: 1))
        lease.master = Cast.me
        #expect(lease.sees(Self.look(9_000, changes: 9))?.holdings?.rate == 0)
    }

    @Test func whereZooKeeperLostItsDataTheReignNeverFalls() {
        var lease = Lease(cluster: ClusterRecord(id: Cast.clusterID, members: 1, epoch: 1), epoch: 7)
        let written = lease.sees(Self.look(500))
        #expect(written?.epoch == 8 && written?.holdings?.epoch == 8)
        lease.epoch = 8
        #expect(lease.sees(Self.look(500)) == nil)
        // The holdings of a record of long ago say nothing, however quiet it is.
        lease = Lease(cluster: Self.claimed, epoch: 7)
        lease.cluster.holdings = Self.before
        #expect(lease.sees(Self.promoted(500))?.holdings?.epoch == 8)
    }

    @Test func whatNobodyKeepsIsSaid() {
        var lease = Lease(cluster: Self.claimed, persistence: .none)
        #expect(lease.sees(Self.look(500))?.holdings?.isKept == false)
        var replica = Lease(cluster: lease.cluster, persistence: .none, master: Cast.recorded)
        let following = Self.look(500, role: .replica(of: Cast.recorded, isSynchronised: true))
        #expect(replica.sees(following) == nil)
        replica.persistence = .rdb
        #expect(replica.sees(Self.look(500, role: .replica(of: Cast.recorded, isSynchronised: false))) == nil)
        #expect(replica.sees(Self.look(500, role: .replica(of: Cast.gone, isSynchronised: true))) == nil)
        var expected = lease.cluster
        expected.holdings?.isKept = true
        #expect(replica.sees(following) == expected)
        #expect(replica.sees(following) == nil)
        // The master goes on with what a replica said of its reign.
        lease.cluster = replica.cluster
        #expect(lease.sees(Self.look(900, changes: 4))?.holdings?.isKept == true)
        // A replica that keeps it under a master of which nothing counts yet.
        lease.cluster.holdings?.isKept = false
        replica.cluster = lease.cluster.succeeded(epoch: 4, by: nil)
        #expect(replica.sees(following)?.holdings?.isKept == true)
        lease.cluster = replica.cluster
        #expect(lease.sees(Self.look(900, changes: 4))?.holdings?.isKept == true)
        #expect(lease.sees(Self.look(900, changes: 4))?.holdings?.isKept == false)
    }
}
