import Testing

@testable import Succession

/// An event wakes a watcher up and is passed on; it is never evidence.
@Suite(.timeLimit(.minutes(5))) struct RelayTests {
    private let late = Event.sentinel(
        Cast.sentinels[0], name: "+switch-master", payload: "mymaster 10.0.0.2 7002 10.0.0.4 7004")

    @Test func aLateSwitchOfOneReturningSentinelRecordsNothing() {
        let returning = Snapshot.healthy.sentinel(0) { $0.names = Cast.second }
        for snapshot in [Snapshot.healthy, returning, returning.server(Cast.second, Cast.master())] {
            #expect(plan(snapshot, after: [late]).deeds == [])
        }
    }

    @Test func noEventChangesWhatIsDone() {
        let events = [late, .masterLinkEnded(Cast.recorded), .nodeChanged(path: "/redis/master"), .timer]
        for snapshot in [Snapshot.healthy.crashed, .healthy, .healthy.with { $0.record = nil }] {
            #expect(plan(snapshot, after: events).deeds == plan(snapshot).deeds)
        }
    }

    @Test func whatAnOperatorMayActOnIsPublished() {
        let chatter = Event.sentinel(Cast.sentinels[1], name: "+slave", payload: "slave 10.0.0.4:7004")
        let text = "sentinel 10.0.1.1:26379 says +switch-master mymaster 10.0.0.2 7002 10.0.0.4 7004"
        #expect(
            plan(.healthy, after: [late, chatter, .timer]) == [.publish(Notice("sentinel+switch-master", text))])
    }
}
