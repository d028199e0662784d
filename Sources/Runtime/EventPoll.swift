import CLinux
import Glibc

/// What happened to a watched descriptor.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: 1)
    package static let writable = Readiness(rawValue: 2)
    /// The loop ends: the last call to this handler.
    package static let closing = Readiness(rawValue: 4)
}

/// The part of a loop that only its own thread touches: epoll, the handlers, the timers, one buffer for all reads.
///
/// epoll carries a running id that is looked up in a dictionary, never a pointer or a descriptor: an event that is
/// already in the batch when its descriptor is closed (and its number given out again) finds nothing.
final class EventPoll: @unchecked Sendable {
    // Unchecked: touched only by the thread that drives the loop; threads hand it over under the loop's lock.
    typealias Handler = @Sendable (Readiness) -> Void

    /// Written by any thread to wake the loop, under the loop's lock, which also covers its closing.
    let wakeUp: Int32
    /// Where every connection of the loop reads to. 16 KiB: hiredis keeps no bigger spare buffer
    /// (REDIS_READER_MAX_BUF).
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)
    var timers = TimerHeap()
    private(set) var isOpen = true
    private let descriptor: Int32
    private let batch = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 128)
    private var handlers: [UInt64: Handler] = [:]
    private var lastID: UInt64 = 0

    /// nil when the system has no descriptors left.
    init?() {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        // Edge-triggered: a write counts once, and the counter never has to be read.
        guard descriptor >= 0, wakeUp >= 0, control(EPOLL_CTL_ADD, wakeUp, 0, EPOLLIN.rawValue | EPOLLET.rawValue)
        else { return nil }
    }

    deinit {
        closeDescriptors()
        scratch.deallocate()
        batch.deallocate()
    }

    func newID() -> UInt64 {
        lastID += 1
        return lastID
    }

    /// Watches `descriptor`, which must stay open until `unwatch`, or be closed; nil when the system refuses (`errno`).
    func watch(_ descriptor: Int32, _ interest: Readiness, _ handler: @escaping Handler) -> UInt64? {
        let id = newID()
        guard control(EPOLL_CTL_ADD, descriptor, id, interest.mask) else { return nil }
        handlers[id] = handler
        return id
    }

    func change(_ id: UInt64, _ descriptor: Int32, _ interest: Readiness) {
        _ = control(EPOLL_CTL_MOD, descriptor, id, interest.mask)
    }

    /// Ends the watch of a descriptor that is closed already, and of which there is no duplicate: epoll has let go of
    /// it.
    func unwatch(_ id: UInt64) { handlers[id] = nil }

    /// Ends the watch of an open duplicate. Epoll must be told: it watches what is behind the descriptor, and that
    /// lives on while the original does, so that a readable one would keep the loop turning for ever.
    func unwatch(_ id: UInt64, openDuplicate descriptor: Int32) {
        handlers[id] = nil
        _ = control(EPOLL_CTL_DEL, descriptor, id, 0)
    }

    /// Waits for events until the next timer (not at all unless `block`), and calls `awake` before any is handled.
    func turn(block: Bool, awake: () -> Void) {
        let count = Int(epoll_wait(descriptor, batch.baseAddress, Int32(batch.count), block ? untilTimer : 0))
        awake()
        for index in 0..<max(0, count) {
            let event = batch[index]
            guard let handler = handlers[event.data.u64] else { continue }
            handler(Readiness(events: event.events))
        }
        guard timers.next != nil else { return }
        let now = ContinuousClock.now
        while let action = timers.due(at: now) { action(true) }
    }

    /// Tells every handler and timer that the loop ends; what is registered later is refused.
    func close() {
        isOpen = false
        let handlers = handlers.values
        self.handlers = [:]
        for handler in handlers { handler(.closing) }
        for action in timers.removeAll() { action(false) }
    }

    func closeDescriptors() {
        guard closed == false else { return }
        closed = true
        if descriptor >= 0 { Glibc.close(descriptor) }
        if wakeUp >= 0 { Glibc.close(wakeUp) }
    }

    private var closed = false

    /// Milliseconds, rounded up (a timer is never early), an hour at most; -1 without timers.
    private var untilTimer: Int32 {
        guard let next = timers.next else { return -1 }
        let (seconds, attoseconds) = (next - .now).components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 3_600 else { return 3_600_000 }
        return Int32(seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ id: UInt64, _ events: UInt32) -> Bool {
        var event = epoll_event(events: events, data: epoll_data_t(u64: id))
        return epoll_ctl(self.descriptor, operation, descriptor, &event) == 0
    }
}

extension Readiness {
    fileprivate var mask: UInt32 {
        (contains(.readable) ? EPOLLIN.rawValue : 0) | (contains(.writable) ? EPOLLOUT.rawValue : 0)
    }

    /// Errors and hang-ups count as both: whoever reads or writes then learns which.
    fileprivate init(events: UInt32) {
        let broken = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        self = []
        if broken || events & EPOLLIN.rawValue != 0 { insert(.readable) }
        if broken || events & EPOLLOUT.rawValue != 0 { insert(.writable) }
    }
}
