import Cluster
import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// `/events`: server-sent events (html.spec.whatwg.org, 9.2), one a change of a cluster.
struct EventStream: Sendable {
    let feed: EventFeed
    /// Only this cluster's; nil: all.
    let root: String?
    /// How often a comment is sent: a client that is gone shows only at a write.
    let commentInterval: Duration

    /// The stream begins with this response, not with its first write: nothing is lost between them.
    var response: Response {
        let events = feed.stream()
        let headers: HTTPFields = [
            .contentType: "text/event-stream", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
        ]
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                let (texts, lane) = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingNewest(EventFeed.limit))
                lane.yield(": interrex\n\n")
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await event in events where root == nil || event.cluster == root {
                            // What is buffered would still come.
                            guard !Task.isCancelled else { return }
                            lane.yield(Self.text(of: event))
                        }
                    }
                    group.addTask {
                        while (try? await Task.sleep(for: commentInterval)) != nil { lane.yield(":\n\n") }
                    }
                    for await text in texts.cancelOnGracefulShutdown() {
                        // A client that is gone is no error.
                        do { try await writer.write(ByteBuffer(string: text)) } catch { break }
                    }
                    group.cancelAll()
                }
                try await writer.finish(nil)
            })
    }

    static func text(of event: PublishedEvent) -> String {
        "event: \(event.event.oneLine)\ndata: \(event.json)\n\n"
    }
}
