import Testing

@testable import Succession

struct PaceTests {
    @Test(arguments: [(0, 10), (1, 10), (400, 10), (800, 20), (1_000, 25), (100_000, 25)])
    func a_quiet_cluster_is_left_alone_for(_ clusters: Int, _ seconds: Int) {
        #expect(Snapshot.quietInterval(clusters: clusters) == .seconds(seconds))
    }

    /// What must last is counted from pass to pass: a break that is too long would end every count.
    @Test func no_interval_is_a_break() {
        for clusters in 0..<5_000 {
            #expect(Snapshot.quietInterval(clusters: clusters) + .seconds(3) < Endurance.longestBreak)
        }
    }
}
