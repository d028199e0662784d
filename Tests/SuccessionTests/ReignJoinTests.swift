import Testing
import Vocabulary

@testable import Succession

/// Whether a replica has joined the reign that goes on: by its master's word, or by what `/redis/cluster` tells.
@Suite(.timeLimit(.minutes(5))) struct ReignJoinTests {
    private static let (old, new) = (Cast.line, Cast.otherLine)

    /// The reign that goes on, of the id `new`, begun with 800 bytes of `old`, and what was last seen of it.
    private static func reign(
        _ id: String? = new, offset: Int64 = 900, keys: Int64 = 10, epoch: Int = 4, hasReigns: Bool = true
    ) -> ReignView {
        let holdings = Holdings(epoch: epoch, offset: offset, keys: keys, seen: "2026-11-30T22:12:33.685Z")
        let cluster = ClusterRecord(
            id: Cast.clusterID, members: 3, epoch: 4, replicationID: id, holdings: holdings,
            reigns: hasReigns ? [Reign(epoch: 3, replicationID: old, until: 800)] : [])
        return ReignView(record: Record(Cast.recorded, version: 1), cluster: cluster, clusterVersion: 1)
    }

    private static func look(
        _ id: String, _ offset: Int64 = 900, after previous: String? = nil, keys: Int64 = 10,
        isSynchronised: Bool = false, isLoading: Bool = false, changes: Int64 = 0, run: String = "7"
    ) -> ServerLook {
        let history = History(
            replicationID: id, previousID: previous, previousOffset: previous.map { _ in 801 }, offset: offset,
            keys: keys)
        return ServerLook(
            role: .replica(of: Cast.recorded, isSynchronised: isSynchronised), history: history, runID: run,
            isLoading: isLoading, changes: changes)
    }

    private static func draft() -> PassportDraft {
        PassportDraft(me: Cast.me, cluster: Cast.clusterID, settings: .aof, passport: nil)
    }

    /// Whether it has joined at the last of the looks, none of which its master has answered.
    private static func hasJoined(_ reign: ReignView = reign(), _ looks: ServerLook...) -> Bool {
        var draft = draft()
        for look in looks { _ = draft.note(look, reign) }
        return draft.hasJoined(reign, at: looks.last!)
    }

    @Test func whoTookTheRecordedIdUnderOurEyesHas() {
        #expect(Self.hasJoined(Self.reign(), Self.look(Self.old, 500), Self.look(Self.new)))
        #expect(Self.hasJoined(Self.reign(), Self.look(Self.new, isSynchronised: true), Self.look(Self.new)))
        // A copy whose loading was seen.
        let loading = Self.look(Self.old, 500, isLoading: true)
        #expect(Self.hasJoined(Self.reign(), Self.look(Self.old, 500), loading, Self.look(Self.new)))
    }

    @Test func anotherIdIsAnotherReigns() {
        #expect(!Self.hasJoined(Self.reign(), Self.look(Self.old, isSynchronised: true), Self.look(Self.old)))
        #expect(!Self.hasJoined(Self.reign(Self.old), Self.look(Self.old, 500), Self.look(Self.new)))
        #expect(!Self.hasJoined(Self.reign(nil), Self.look(Self.old, 500), Self.look(Self.new)))
    }

    /// Redis takes the id of a snapshot that it loads.
    @Test func anIdThatMayBeReadFromAFileSaysNothing() {
        #expect(!Self.hasJoined(Self.reign(), Self.look(Self.new)))
        #expect(!Self.hasJoined(Self.reign(), Self.look(Self.old, isLoading: true), Self.look(Self.new)))
        #expect(!Self.hasJoined(Self.reign(), Self.look(Self.old, run: "6"), Self.look(Self.new, run: "7")))
        #expect(!Self.hasJoined(Self.reign(), Self.look(Self.old), Self.look(Self.new, isLoading: true)))
    }

    /// A copy that did not come to its end leaves the id, also where the master had confirmed that before.
    @Test func whatWasEmptiedSinceHasNotJoined() {
        let (reign, taken) = (Self.reign(), Self.look(Self.new, isSynchronised: true))
        let (loading, emptied) = (Self.look(Self.new, isLoading: true), Self.look(Self.new, keys: 0))
        #expect(!Self.hasJoined(reign, taken, loading, Self.look(Self.new)))
        var draft = Self.draft()
        draft.confirm(taken, reign)
        _ = draft.note(taken, reign)
        #expect(draft.hasJoined(reign, at: taken))
        for look in [loading, emptied, emptied] {
            _ = draft.note(look, reign)
            #expect(draft.hasJoined(reign, at: look) == look.isLoading)
        }
        _ = draft.note(taken, reign)
        #expect(draft.hasJoined(reign, at: taken))
        // A snapshot that came due meanwhile begins the count anew.
        let saved = Self.look(Self.new, keys: 0, changes: 9)
        for look in [loading, saved] { _ = draft.note(look, reign) }
        #expect(!draft.hasJoined(reign, at: saved))
        _ = draft.note(taken, reign)
        // A command that emptied it counts as a change.
        _ = draft.note(Self.look(Self.new, keys: 0, changes: 1), reign)
        #expect(draft.hasJoined(reign, at: Self.look(Self.new, keys: 0, changes: 1)))
        // A cluster without keys has nothing to lose.
        let none = Self.look(Self.new, keys: 0, isSynchronised: true)
        #expect(Self.hasJoined(Self.reign(keys: 0), none, Self.look(Self.new, keys: 0)))
    }

    /// The id comes before the first byte of the reign.
    @Test func whoIsBehindWhatWasSeenOfTheReignHasNot() {
        let offset = 900 + Holdings.noise
        #expect(!Self.hasJoined(Self.reign(offset: offset + 1), Self.look(Self.old, 500), Self.look(Self.new)))
        #expect(Self.hasJoined(Self.reign(offset: offset), Self.look(Self.old, 500), Self.look(Self.new)))
    }

    /// As long as nothing was seen of it, what it began with counts.
    @Test func whoLacksWhatTheReignBeganWithHasNot() {
        let uncounted = Self.reign(offset: 9_000, epoch: 3)
        func isIn(_ reign: ReignView, _ offset: Int64, after previous: String? = Self.old) -> Bool {
            Self.hasJoined(reign, Self.look(Self.old, 400), Self.look(Self.new, offset, after: previous))
        }
        #expect(isIn(uncounted, 800) && isIn(uncounted, 800 - Holdings.noise))
        #expect(!isIn(uncounted, 799 - Holdings.noise))
        #expect(!isIn(uncounted, 800, after: Cast.fileLine))
        // A whole copy has it, at whatever offset. One that was not seen may be a restart with a snapshot.
        #expect(isIn(uncounted, 5, after: nil))
        #expect(!Self.hasJoined(uncounted, Self.look(Self.new, isSynchronised: true), Self.look(Self.new)))
        // What was seen last is of a reign before that with which this one began.
        #expect(!isIn(Self.reign(offset: 9_000, epoch: 2), 800))
        #expect(isIn(Self.reign(offset: 9_000, keys: 0, epoch: 2), 500))
        #expect(!isIn(Self.reign(offset: 9_000, epoch: 3, hasReigns: false), 800))
    }

    /// Nor does its master's word count before.
    @Test func aMasterTellsWhatItBeganWith() {
        let master = History(replicationID: Self.new, previousID: Self.old, previousOffset: 801, offset: 2_000, keys: 9)
        #expect(Self.look(Self.new, 800, after: Self.old).hasBeginning(of: master))
        #expect(!Self.look(Self.new, 799, after: Self.old).hasBeginning(of: master))
        #expect(!Self.look(Self.new, 500).hasBeginning(of: master))
        let first = History(replicationID: Self.new, offset: 2_000, keys: 9)
        #expect(Self.look(Self.new, 0).hasBeginning(of: first))
    }
}
