import CLinux
import Runtime
import ServiceLifecycle

/// Keeps the process small over years: a thousand clusters that are looked at all at once leave holes all over the
/// heap.
struct Heap: Service {
    /// How often free pages are given back to the system. With a thousand clusters it takes half a millisecond, and 3
    /// ms the first time.
    private static let rest = Duration.seconds(60)

    let loop: EventLoop

    /// Before the first thread is started. One arena, because one thread does nearly all the work, and no fast bins,
    /// whose chunks are not joined with their neighbours as they are freed (mallopt(3)).
    static func configure() {
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_MXFAST, 0)
    }

    func run() async {
        await cancelWhenGracefulShutdown {
            // No event tells that a busy time is over; a cancelled sleep ends the loop.
            while (try? await loop.sleep(for: Self.rest)) != nil { malloc_trim(0) }
        }
    }
}
