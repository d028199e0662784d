import Testing

@testable import Succession

@Suite(.timeLimit(.minutes(5))) struct PaceTests {
    @Test(arguments: [(0, 10), (1, 10), (400, 10), (800, 20), (1_000, 25), (100_000, 25)])
    func a_quiet_cluster_is_left_alone_for(_ clusters: Int, _ seconds: Int) {
        #expect(Snapshot.quietInterval(clusters: clusters) == .seconds(seconds))
    }

    /// What somebody may be mending is looked at more often, for a while: it may be meant so.
    @Test func what_is_wrong_is_looked_at_more_often_at_first() {
        for (clusters, quiet) in [(1, 10), (1_000, 25)] {
            func rest(_ isOpen: Bool = false, _ newest: Duration? = nil) -> Duration {
                Snapshot.rest(clusters: clusters, isOpen: isOpen, newest: newest)
            }
            #expect(rest() == .seconds(quiet))
            #expect(rest(false, .zero) == .seconds(quiet) / 5 && rest(false, .seconds(299)) == .seconds(quiet) / 5)
            #expect(rest(false, .seconds(300)) == .seconds(quiet))
            #expect(rest(true) == .milliseconds(500) && rest(true, .seconds(3_000)) == .milliseconds(500))
        }
    }

    /// What must last is counted from pass to pass: a break that is too long would end every count.
    @Test func no_interval_is_a_break() {
        for clusters in 0..<5_000 {
            #expect(Snapshot.quietInterval(clusters: clusters) + .seconds(3) < Endurance.longestBreak)
        }
    }
}
