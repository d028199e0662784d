import Testing
import Vocabulary

@testable import Succession

/// What a lease writes beside its server's data, look by look: never more than the files hold.
@Suite(.timeLimit(.minutes(5))) struct PassportDraftTests {
    private static let (a, b, c) = (Cast.line, Cast.otherLine, Cast.fileLine)
    private static let run = String(repeating: "7", count: 40)
    private static let me = Cast.me
    private static let master = Cast.recorded

    private static func reign(_ epoch: Int, _ master: Address = master) -> ReignView {
        ReignView(
            record: Record(master, version: 1), cluster: ClusterRecord(id: Cast.clusterID, members: 3, epoch: epoch),
            clusterVersion: 1)
    }

    /// A look at a replica of the recorded master, or with another role.
    private static func look(
        _ line: String, _ offset: Int64, _ role: ServerLook.Role = .replica(of: master, isSynchronised: true),
        after previous: String? = nil, changes: Int64 = 0, _ change: (inout ServerLook) -> Void = { _ in }
    ) -> ServerLook {
        let history = History(
            replicationID: line, previousID: previous, previousOffset: previous.map { _ in 501 }, offset: offset,
            keys: 10)
        var look = ServerLook(role: role, history: history, runID: run, changes: changes)
        change(&look)
        return look
    }

    private static func draft(
        _ settings: Passport.Persistence = .aof, _ epoch: Int? = nil, _ line: String = a, offset: Int64 = 400
    ) -> PassportDraft {
        let old = epoch.map { epoch in
            Passport(
                cluster: Cast.clusterID, epoch: epoch, replicationID: line, offset: offset, role: .replica, keys: 9,
                persistence: settings, runID: Cast.fourthLine, modified: 5)
        }
        return PassportDraft(me: me, cluster: Cast.clusterID, settings: settings, passport: old)
    }

    private static func note(_ draft: inout PassportDraft, _ look: ServerLook, _ reign: ReignView?) -> Bool {
        draft.note(look, reign)
    }

    /// Notes a look for which the recorded master has answered with the same id.
    private static func confirmed(_ draft: inout PassportDraft, _ look: ServerLook, _ reign: ReignView) -> Bool {
        if draft.question(look, reign) == reign.record.address { draft.confirm(look, reign) }
        return draft.note(look, reign)
    }

    @Test func aReplicaTakesTheReignOnceItsMasterSaysSo() {
        var draft = Self.draft()
        let (look, reign) = (Self.look(Self.a, 500), Self.reign(3))
        #expect(draft.question(look, reign) == Self.master)
        #expect(!Self.note(&draft, look, reign) && draft.passport == nil)
        draft.confirm(look, reign)
        #expect(draft.question(look, reign) == nil)
        #expect(Self.note(&draft, look, reign))
        #expect(draft.passport?.position == Position(epoch: 3, offset: 500) && draft.passport?.role == .replica)
        // The same id in another reign is another question, and so is another id.
        #expect(draft.question(look, Self.reign(4)) == Self.master)
        #expect(draft.question(Self.look(Self.b, 500), reign) == Self.master)
        #expect(draft.question(Self.look(Self.a, 1, .replica(of: Cast.gone, isSynchronised: true)), reign) == nil)
        #expect(draft.question(Self.look(Self.a, 1, .replica(of: Self.master, isSynchronised: false)), reign) == nil)
        #expect(draft.question(Self.look(Self.a, 1, .master), reign) == nil && draft.question(look, nil) == nil)
    }

    /// The files are those of the old reign until what came from the new master is written.
    @Test func aReplicaThatSynchronisesKeepsTheOldReignUntilItsLogIsRewritten() {
        var draft = Self.draft(.aof, 3)
        let (reign, old) = (Self.reign(4), draft.passport)
        let syncing = Self.look(Self.a, 400, .replica(of: Self.master, isSynchronised: false))
        #expect(!Self.confirmed(&draft, syncing, reign))
        #expect(!Self.confirmed(&draft, Self.look(Self.b, 900) { $0.isRewriting = true }, reign))
        #expect(!Self.confirmed(&draft, Self.look(Self.b, 950) { $0.isRewriting = true }, reign))
        #expect(draft.passport == old)
        #expect(Self.confirmed(&draft, Self.look(Self.b, 960), reign))
        #expect(draft.passport?.position == Position(epoch: 4, offset: 960) && draft.passport?.replicationID == Self.b)
    }

    /// A synchronisation that came and went between two looks, of which the log is still being written.
    @Test func aQuickSynchronisationIsNoticedByItsId() {
        var draft = Self.draft()
        #expect(Self.confirmed(&draft, Self.look(Self.a, 500), Self.reign(3)))
        #expect(!Self.confirmed(&draft, Self.look(Self.b, 900) { $0.isRewriting = true }, Self.reign(4)))
        #expect(draft.passport?.position == Position(epoch: 3, offset: 500))
        #expect(Self.confirmed(&draft, Self.look(Self.b, 901), Self.reign(4)))
        // An ordinary rewrite of the same data is none.
        #expect(Self.confirmed(&draft, Self.look(Self.b, 950, changes: 3) { $0.isRewriting = true }, Self.reign(4)))
        // Nor is the partial one after which the same data goes on under the new master's id.
        let partial = Self.look(Self.c, 960, after: Self.b, changes: 3) { $0.isRewriting = true }
        #expect(Self.confirmed(&draft, partial, Self.reign(5)))
        #expect(draft.passport?.position == Position(epoch: 5, offset: 960))
    }

    @Test func aLogThatIsSwitchedOnCountsOnceItIsWritten() {
        var draft = Self.draft(.rdb)
        #expect(Self.confirmed(&draft, Self.look(Self.a, 500) { $0.logs = false }, Self.reign(3)))
        #expect(!Self.confirmed(&draft, Self.look(Self.a, 700, changes: 2) { $0.isRewriting = true }, Self.reign(3)))
        #expect(draft.passport?.persistence == .rdb && draft.passport?.offset == 500)
        #expect(Self.confirmed(&draft, Self.look(Self.a, 800, changes: 3), Self.reign(3)))
        #expect(draft.passport?.persistence == .aof && draft.passport?.offset == 800)
    }

    @Test func whoIsPromotedAndNotRecordedKeepsTheOldReign() {
        var draft = Self.draft()
        #expect(Self.confirmed(&draft, Self.look(Self.a, 500), Self.reign(3)))
        #expect(Self.note(&draft, Self.look(Self.b, 600, .master, after: Self.a, changes: 1), Self.reign(3)))
        #expect(draft.passport?.position == Position(epoch: 3, offset: 600) && draft.passport?.role == .master)
        #expect(Self.note(&draft, Self.look(Self.b, 700, .master, after: Self.a, changes: 2), nil))
        #expect(draft.passport?.position == Position(epoch: 3, offset: 700))
        #expect(Self.note(&draft, Self.look(Self.b, 800, .master, after: Self.a, changes: 3), Self.reign(4, Self.me)))
        #expect(draft.passport?.position == Position(epoch: 4, offset: 800))
        #expect(draft.passport?.previousID == Self.a && draft.passport?.previousOffset == 501)
    }

    /// Of a master of which nobody knows anything nothing is said: another process, or another's data.
    @Test func aMasterThatIsNotRecordedAndBearsAnotherIdSaysNothing() {
        var draft = Self.draft(.aof, 3)
        #expect(!Self.note(&draft, Self.look(Self.a, 600, .master), Self.reign(3)))
        #expect(!Self.note(&draft, Self.look(Self.c, 700, .master), nil))
        #expect(draft.passport?.offset == 400)
    }

    @Test func aReignNeverFalls() {
        var draft = Self.draft()
        #expect(Self.confirmed(&draft, Self.look(Self.a, 500), Self.reign(7)))
        #expect(!Self.confirmed(&draft, Self.look(Self.a, 600, changes: 1), Self.reign(1)))
        #expect(draft.passport?.epoch == 7)
        #expect(Self.note(&draft, Self.look(Self.b, 700, .master, after: Self.a, changes: 2), Self.reign(1, Self.me)))
        #expect(draft.passport?.position == Position(epoch: 7, offset: 700))
        #expect(Self.note(&draft, Self.look(Self.b, 800, .master, after: Self.a, changes: 3), Self.reign(8, Self.me)))
        #expect(draft.passport?.epoch == 8)
    }

    @Test func pingsWriteNothing() {
        var draft = Self.draft()
        #expect(Self.confirmed(&draft, Self.look(Self.a, 500), Self.reign(3)))
        for offset in stride(from: Int64(514), to: 2_000, by: 14) {
            #expect(!Self.confirmed(&draft, Self.look(Self.a, offset), Self.reign(3)))
            #expect(draft.isCurrent)
        }
        #expect(draft.passport?.offset == 500)
        #expect(Self.confirmed(&draft, Self.look(Self.a, 2_100, changes: 1), Self.reign(3)))
        #expect(!Self.confirmed(&draft, Self.look(Self.a, 2_114, changes: 1), Self.reign(3)))
    }

    /// Writes that came while nobody could say under which reign are written down with the first look that can.
    @Test func silenceAfterWritesThatWereNotProvenIsNoSilence() {
        var draft = Self.draft()
        #expect(Self.confirmed(&draft, Self.look(Self.a, 500), Self.reign(3)))
        #expect(!Self.note(&draft, Self.look(Self.b, 5_000, after: Self.a, changes: 9), nil))
        #expect(Self.confirmed(&draft, Self.look(Self.b, 5_014, after: Self.a, changes: 9), Self.reign(4)))
        #expect(draft.passport?.position == Position(epoch: 4, offset: 5_014))
    }

    /// What came before the master died is of its reign, whoever reigns by the time of the look.
    @Test func aReplicaThatLostItsMasterKeepsWhatItHas() {
        var draft = Self.draft()
        #expect(Self.confirmed(&draft, Self.look(Self.a, 500), Self.reign(3)))
        #expect(Self.note(&draft, Self.look(Self.a, 900, Self.lost, changes: 4), Self.reign(4, Cast.gone)))
        #expect(draft.passport?.position == Position(epoch: 3, offset: 900) && draft.isCurrent)
        #expect(!Self.note(&draft, Self.look(Self.a, 900, Self.lost, changes: 4), nil))
        // What it loads, has from another, or keeps no log of, is not in its files.
        #expect(!Self.note(&draft, Self.look(Self.a, 950, Self.lost, changes: 5) { $0.isLoading = true }, nil))
        #expect(!Self.note(&draft, Self.look(Self.b, 950, Self.lost, changes: 5), nil))
        #expect(!Self.note(&draft, Self.look(Self.a, 950, Self.lost, changes: 5) { $0.logs = false }, nil))
        #expect(draft.passport?.position == Position(epoch: 3, offset: 900))
    }

    /// A whole copy from the same master bears the same id, and is in no file before the log is written anew.
    @Test(arguments: [true, false]) func aCopyFromTheSameMasterIsAwaited(_ isSeenRewriting: Bool) {
        var draft = Self.draft()
        #expect(Self.confirmed(&draft, Self.look(Self.a, 500), Self.reign(3)))
        let cut = Self.look(Self.a, 500, Self.lost) { $0.isRewriting = isSeenRewriting }
        #expect(Self.note(&draft, cut, Self.reign(3)) != isSeenRewriting)
        let copied = Self.look(Self.a, 9_000, changes: 7) { $0.isRewriting = true }
        #expect(!Self.confirmed(&draft, copied, Self.reign(3)) && !Self.confirmed(&draft, copied, Self.reign(3)))
        #expect(draft.passport?.offset == 500)
        #expect(Self.confirmed(&draft, Self.look(Self.a, 9_000, changes: 7), Self.reign(3)))
        #expect(draft.passport?.offset == 9_000)
    }

    private static let lost = ServerLook.Role.replica(of: master, isSynchronised: false)

    private static func snapshots(_ offset: Int64, changes: Int64, save: Int64, saving: Bool = false, line: String = a)
        -> ServerLook
    {
        look(line, offset, changes: changes) { ($0.logs, $0.lastSave, $0.isSaving) = (false, save, saving) }
    }

    @Test func withSnapshotsOnlyTheLastOneCounts() {
        var draft = Self.draft(.rdb)
        let reign = Self.reign(3)
        #expect(Self.confirmed(&draft, Self.snapshots(500, changes: 0, save: 1), reign))
        #expect(Self.confirmed(&draft, Self.snapshots(700, changes: 5, save: 1), reign))
        #expect(draft.passport?.offset == 500)
        #expect(Self.confirmed(&draft, Self.snapshots(800, changes: 9, save: 1), reign))
        _ = Self.confirmed(&draft, Self.snapshots(900, changes: 12, save: 1, saving: true), reign)
        _ = Self.confirmed(&draft, Self.snapshots(950, changes: 15, save: 1, saving: true), reign)
        #expect(draft.passport?.offset == 500)
        // It has at least what there was before it was begun.
        #expect(Self.confirmed(&draft, Self.snapshots(990, changes: 6, save: 2), reign))
        #expect(draft.passport?.offset == 800)
        #expect(Self.confirmed(&draft, Self.snapshots(999, changes: 0, save: 3), reign))
        #expect(draft.passport?.offset == 999)
    }

    /// The file is still the one that was written under the reign before.
    @Test func aSnapshotKeepsTheReignUnderWhichItWasWritten() {
        var draft = Self.draft(.rdb)
        #expect(Self.confirmed(&draft, Self.snapshots(500, changes: 0, save: 1), Self.reign(3)))
        _ = Self.confirmed(&draft, Self.snapshots(600, changes: 5, save: 1), Self.reign(3))
        _ = Self.confirmed(&draft, Self.snapshots(700, changes: 7, save: 1, line: Self.b), Self.reign(4))
        #expect(draft.passport?.position == Position(epoch: 3, offset: 500) && draft.passport?.replicationID == Self.a)
        _ = Self.confirmed(&draft, Self.snapshots(710, changes: 8, save: 1, saving: true, line: Self.b), Self.reign(4))
        #expect(draft.passport?.position == Position(epoch: 3, offset: 500))
        #expect(Self.confirmed(&draft, Self.snapshots(720, changes: 1, save: 2, line: Self.b), Self.reign(4)))
        #expect(draft.passport?.position == Position(epoch: 4, offset: 700) && draft.passport?.replicationID == Self.b)
    }

    @Test func ofAServerThatIsSeenForTheFirstTimeWithWritesNothingIsKnown() {
        var draft = Self.draft(.rdb, 3)
        #expect(!Self.confirmed(&draft, Self.snapshots(700, changes: 5, save: 1), Self.reign(4)))
        #expect(draft.passport?.position == Position(epoch: 3, offset: 400))
    }

    /// 3,000 lives of 40 looks, with snapshots only: a passport never says more than the last finished snapshot holds.
    @Test func snapshotsNeverClaimMoreThanTheyHold() {
        func line(of epoch: Int) -> String { String((String(repeating: "0", count: 40) + "\(epoch)").suffix(40)) }
        var generator = SeededGenerator(seed: 4)
        var (failures, seen) = ([String](), 0)
        for _ in 0..<3_000 {
            var draft = Self.draft(.rdb)
            var (offset, changes, save, epoch) = (Int64(100), Int64(0), Int64(1), 3)
            var file = Position(epoch: 3, offset: 100)
            var begun: (Position, Int64)?
            for _ in 0..<40 {
                for _ in 0..<Int.random(in: 0...2, using: &generator) {
                    switch Int.random(in: 0..<7, using: &generator) {
                    case 0: if begun == nil { begun = (Position(epoch: epoch, offset: offset), changes) }
                    case 1:
                        if let (position, seen) = begun {
                            (file, changes, save, begun) = (position, changes - seen, save + 1, nil)
                        }
                    case 2: epoch += 1
                    default:
                        offset += 10
                        changes += 1
                    }
                }
                let look = Self.snapshots(
                    offset, changes: changes, save: save, saving: begun != nil, line: line(of: epoch))
                _ = Self.confirmed(&draft, look, Self.reign(epoch))
                // Nothing was written since: it holds all that there is, under whichever reign.
                if changes == 0, begun == nil { file = Position(epoch: epoch, offset: offset) }
                guard let passport = draft.passport else { continue }
                seen += 1
                if passport.position > file { failures.append("\(passport.position), but \(file)") }
            }
        }
        #expect(failures.isEmpty, "\(failures.count): \(failures.first ?? "")")
        #expect(seen > 50_000)
    }
}
