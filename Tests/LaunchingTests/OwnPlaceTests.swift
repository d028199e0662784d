import Cluster
import Glibc
import Processes
import Support
import Testing
import Throttle

@testable import Launching
@testable import Local

/// The folder that `interrex local` works in, and the terminal that it speaks to.
@Suite(.inTurn) struct OwnPlaceTests {
    /// Each of its processes works in a folder of its own, from where a relative path would lead elsewhere.
    @Test("the folder's path is absolute, also where TMPDIR is not", arguments: [".", "./", "../../../../../../tmp"])
    func absolute(_ parent: String) throws {
        let folder = try LocalFolder(nil, Environment(["TMPDIR": parent]))
        defer { folder.removeIfTemporary() }
        #expect(folder.path.hasPrefix("/") && folder.isTemporary && Folder.exists(folder.logs))
    }

    @Test("who reads is gone once the reader's end of what it writes to is closed, and not before")
    func gone() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        // The reader's end first: the other one can't be opened before it is there.
        let ends = [open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), open(path, O_WRONLY | O_CLOEXEC)]
        let console = LocalConsole(Environment([:]), to: ends[1])
        #expect(!console.isGone)
        close(ends[0])
        #expect(console.isGone)
        close(ends[1])
    }
}
