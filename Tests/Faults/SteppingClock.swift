import Glibc
import Support

/// The clock on the wall of the processes that are started with its `variables`; a test can step it while they run.
///
/// The real servers behind the launchers keep the machine's clock: what a step does to them is Redis's own.
final class SteppingClock: Sendable {
    private let folder: TemporaryFolder
    private let page: Page

    var variables: [String: String] {
        [
            "LD_PRELOAD": "\(folder.path)/clock.so", "CLOCK_OFFSET": "\(folder.path)/offset",
            "REDIS_SERVER": "\(folder.path)/redis-server", "REDIS_SENTINEL": "\(folder.path)/redis-sentinel",
        ]
    }

    static func start() async throws -> SteppingClock {
        let clock = try SteppingClock()
        _ = try await Shim.compile("clock", in: clock.folder)
        return clock
    }

    private init() throws {
        folder = try TemporaryFolder("clock")
        page = try Page("\(folder.path)/offset")
        for name in ["redis-server", "redis-sentinel"] {
            let program = "\(folder.path)/\(name)"
            try write("#!/bin/sh\nunset LD_PRELOAD\nexec \(name) \"$@\"\n", to: program)
            chmod(program, 0o755)
        }
    }

    /// By so many seconds; backwards where they are negative.
    func step(by seconds: Int) { page.set(Int64(seconds)) }

    /// The file in which the shim sees the offset at once.
    private final class Page: @unchecked Sendable {
        // Written by the test alone, eight aligned bytes at once.
        private let address: UnsafeMutableRawPointer

        init(_ path: String) throws {
            let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            defer { close(file) }
            guard file >= 0, ftruncate(file, 8) == 0,
                let address = mmap(nil, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
                address != UnsafeMutableRawPointer(bitPattern: -1)
            else { throw TestFailure("\(path): \(String(cString: strerror(errno)))") }
            self.address = address
        }

        deinit { munmap(address, 8) }

        func set(_ seconds: Int64) { address.storeBytes(of: seconds, as: Int64.self) }
    }
}
