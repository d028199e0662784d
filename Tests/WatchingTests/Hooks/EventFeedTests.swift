import Cluster
import Succession
import Support
import Testing
import Throttle

@testable import Watching

@Suite("Event feed", .inTurn) struct EventFeedTests {
    private func event(_ text: String) -> PublishedEvent {
        PublishedEvent(Notice("e", old: Sights.address(1), text), cluster: "/redis")
    }

    @Test func everyListenerGetsEverything() async {
        let feed = EventFeed()
        let streams = (0..<3).map { _ in feed.stream() }
        for number in 0..<10 { feed.send(event("\(number)")) }
        for stream in streams {
            var texts: [String] = []
            for await event in stream {
                texts.append(event.text)
                if texts.count == 10 { break }
            }
            #expect(texts == (0..<10).map(String.init))
        }
    }

    @Test func newestAreKept() async {
        let feed = EventFeed()
        let stream = feed.stream()
        for number in 0..<300 { feed.send(event("\(number)")) }
        var iterator = stream.makeAsyncIterator()
        #expect(await iterator.next()?.text == "44")
    }

    @Test func listenersThatEndAreForgotten() async throws {
        let feed = EventFeed()
        let task = Task { for await _ in feed.stream() {} }
        try await eventually("it listens") { feed.count == 1 }
        task.cancel()
        await task.value
        #expect(feed.count == 0)
        do { _ = feed.stream() }
        #expect(feed.count == 0)
        feed.send(event("nobody"))
    }

    @Test func notice() {
        let published = PublishedEvent(Notice("master-changed", new: Sights.address(2), "x"), cluster: "/redis")
        #expect(published.event == "master-changed" && published.cluster == "/redis" && published.old == nil)
        #expect(published.time.count == "2026-01-02T03:04:05.678Z".count && published.time.hasSuffix("Z"))
        #expect(
            published.json
                == #"{"cluster":"/redis","event":"master-changed","new":"10.0.0.1:2","text":"x","#
                + #""time":"\#(published.time)"}"#
        )
    }
}
