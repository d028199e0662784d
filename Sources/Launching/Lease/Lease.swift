import CLinux
import Cluster
import Glibc
import Processes
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// `interrex lease`: holds a server's ZooKeeper session beside it, until the server's process ends.
package enum Lease {
    package static func main() -> Int32 {
        let lock = FolderLock.inherited
        // It leaves when the server leaves, and the server hears the same signals.
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
        OutOfMemory.spareThisProcess()
        try? Log.start(.process, command: "lease")
        guard let bytes = readToEnd(LeaseProcess.Descriptor.order),
            let order = LeaseOrder(String(decoding: bytes, as: UTF8.self))
        else { return ExitCode.usage.rawValue }
        Log.always(.cluster(order.root), .address(order.address))
        Secrets.add([order.credentials?.password.text].compactMap(\.self), saidOpenly: [order.root])
        close(LeaseProcess.Descriptor.order)
        // The launcher holds the session until it has become the server: two live clients of one session fight.
        _ = readToEnd(LeaseProcess.Descriptor.replaced)
        close(LeaseProcess.Descriptor.replaced)
        try? EventLoop.run { loop in try await LeaseHolder(order, lock, loop: loop).run() }
        return 0
    }
}

/// The server's process, through a descriptor that can't come to mean another process.
struct ServerProcess: Sendable {
    private let descriptor = LeaseProcess.Descriptor.server

    func ended(on loop: EventLoop) async throws { try await loop.readable(descriptor) }

    func end() { _ = linux_pidfd_send_signal(descriptor, SIGTERM) }
}

/// Drops the clean pages of our own program and libraries: most were needed to start and none is needed to wait. They
/// come back from the page cache where they are touched. Only code: read-only data may hold relocations that are
/// nowhere else.
func dropCleanPages() {
    guard let maps = readFile("/proc/self/maps"), let text = String(validating: maps, as: UTF8.self) else { return }
    for line in text.split(separator: "\n") {
        let fields = line.split(separator: " ")
        guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { continue }
        let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2 else { continue }
        madvise(UnsafeMutableRawPointer(bitPattern: bounds[0]), Int(bounds[1] - bounds[0]), MADV_DONTNEED)
    }
}
