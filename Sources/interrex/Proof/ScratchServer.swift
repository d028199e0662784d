import Cluster
import Glibc
import Redis
import Rendering

/// The real redis-server with the real settings, started where it can do no harm: in an empty folder of its own, on a socket
/// there and no port, without the user's files and modules, and killed once it has answered.
///
/// It shows more than that each line is understood: what a server finds wrong only as it starts (a file of users, say), and
/// what its users may do.
struct ScratchServer {
    /// A server that is not there by then is not known to be wrong.
    static let limit = Duration.seconds(5)
    fileprivate static let socketName = "s"

    let server: ServerBinary
    /// The beginning of the path of a folder that is made, and removed.
    let folder: String
    let credentials: Redis.Credentials?
    let names: CommandNames

    /// What was found out.
    enum Outcome: Equatable {
        case unable(Verdict)
        case answered(Rights)
    }

    /// - Throws: `Failure` (78, 126, 127) where the folder can't be made, or the server not be started; `Stopped`.
    ///
    /// - Parameter userFile: the absolute path of the file of users; nil where there is none.
    func outcome(with text: String, userFile: String?) throws -> Outcome {
        let scratch = try ScratchFolder(folder)
        defer { scratch.remove() }
        guard scratch.holdsSockets else { return .unable(.unknown("no socket can be made in \(folder.clipped)")) }
        let settings = harmless(text, userFile, in: scratch.path)
        let process: TrialProcess
        do {
            process = try TrialProcess.start(server, settings: settings.text)
        } catch let untried as TrialProcess.Untried {
            return .unable(.unknown(untried.why))
        }
        let deadline = ContinuousClock.now + Self.limit
        while true {
            if let socket = scratch.connect(to: Self.socketName) {
                defer { close(socket) }
                if let rights = rights(over: socket, of: scratch, until: deadline) { return .answered(rights) }
            }
            // No event tells that a server listens.
            switch try process.wait(for: .milliseconds(1)) {
            case .exited(let code) where code != 0 && !settings.isReduced && !process.couldNotReadSettings:
                let said = process.text
                guard said.contains(where: { !$0.isWhitespace }) else {
                    return .unable(.unknown("it ended with \(code), without a word"))
                }
                let complaint = Complaint(said, about: text, secrets: secrets)
                // What a machine lacks for a moment is no fault of the settings.
                return .unable(complaint.isOfSettings ? .refused(complaint) : .unknown(complaint.words))
            case .exited(let code):
                return .unable(.unknown("it ended with \(code)\(settings.isReduced ? " without its modules" : "")"))
            case .killed: return .unable(.unknown("a signal ended it"))
            case nil:
                guard ContinuousClock.now < deadline else {
                    return .unable(.unknown("it did not answer within \(Self.limit)"))
                }
            }
        }
    }

    private var secrets: [String] { [credentials?.password].compactMap(\.self) }

    /// The settings without modules, whose code could do anything, and with the last word on all that reaches outside.
    private func harmless(_ text: String, _ userFile: String?, in folder: String) -> (text: String, isReduced: Bool) {
        let lines = text.fileLines
        let kept = lines.filter { !Self.isOfModule($0) }
        var last = """
            port 0
            unixsocket \(Self.socketName)
            unixsocketperm 700
            dir \(quoted(folder))
            dbfilename none.rdb
            save ""
            appendonly no
            logfile ""
            syslog-enabled no
            pidfile ""
            daemonize no
            supervised no
            maxclients 10
            replica-serve-stale-data yes
            replicaof 127.0.0.1 1
            """
        // Unknown to a server that was built without TLS.
        if lines.contains(where: { Self.name(of: $0) == "tls-port" }) { last += "\ntls-port 0" }
        if let userFile { last += "\naclfile \(quoted(userFile))" }
        return ((kept + [last]).joined(separator: "\n") + "\n", kept.count < lines.count)
    }

    private func quoted(_ path: String) -> String { (try? RedisQuoting.quote(path)) ?? path }

    func leavesModulesOut(of text: String) -> Bool { text.fileLines.contains(where: Self.isOfModule) }

    /// A module's own settings have its name before a dot.
    private static func isOfModule(_ line: String) -> Bool {
        let name = name(of: line)
        return name == "loadmodule" || !name.hasPrefix("#") && name.contains(".")
    }

    private static func name(of line: String) -> String {
        line.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }.lowercased()
    }

    /// Asks for everything that will be needed, and what anybody may do; nil where the server ended meanwhile.
    private func rights(
        over socket: Int32, of folder: ScratchFolder, until deadline: ContinuousClock.Instant
    ) -> Rights? {
        let login = credentials.map { [["AUTH"] + ($0.username.map { [$0] } ?? []) + [$0.password]] } ?? []
        // First of all: as long as it replicates from nobody of use, nothing that anybody may do changes it.
        var doors: [OpenDoor] = []
        if !login.isEmpty {
            guard let other = folder.connect(to: Self.socketName) else { return nil }
            defer { close(other) }
            guard let found = replies(to: OpenDoor.all.map { $0.probe(names) }, over: other, until: deadline) else {
                return nil
            }
            doors = zip(OpenDoor.all, found).filter { $1.isOpenDoor }.map { $0.0 }
        }
        let needs = NeededCommand.all
        guard let found = replies(to: login + needs.map(names.probe), over: socket, until: deadline) else { return nil }
        var rights = Rights(login: login.isEmpty ? nil : found[0], doors: doors)
        for (need, reply) in zip(needs, found.dropFirst(login.count)) { rights.note(reply, to: need) }
        return rights
    }

    private func replies(
        to commands: [[String]], over socket: Int32, until deadline: ContinuousClock.Instant
    ) -> [Reply]? {
        let replies = Exchange.replies(to: commands, over: socket, until: deadline, stop: StopSignals.descriptor)
        return replies.count == commands.count ? replies : nil
    }
}

/// A folder that is there for a moment. One that a killed launcher left is taken.
private struct ScratchFolder {
    let path: String
    private let descriptor: Int32

    /// What a trial makes in its folder.
    private static let names = [ScratchServer.socketName, "try"]
    /// Older ones are of launchers that were killed: no trial takes so long.
    private static let longest = 60

    /// - Parameter prefix: the beginning of its path; the rest is random, so that two launchers don't meet there.
    /// - Throws: `Failure` (78).
    init(_ prefix: String) throws(Failure) {
        Self.sweep(prefix)
        guard let made = Folder.makeUnique("\(prefix).") else { throw Self.failure(prefix) }
        path = made
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    func remove() {
        close(descriptor)
        Self.remove(path)
    }

    /// A connected socket; nil where nobody listens there yet. The path goes by the descriptor: a whole one may be longer
    /// than a socket's address may be.
    func connect(to name: String) -> Int32? { newSocket(at: name) { Glibc.connect($0, $1, $2) } }

    /// Whether the file system has sockets at all.
    var holdsSockets: Bool {
        guard let made = newSocket(at: "try", { bind($0, $1, $2) }) else { return false }
        close(made)
        return true
    }

    private func newSocket(
        at name: String, _ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32? {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            bytes.copyBytes(from: "/proc/self/fd/\(self.descriptor)/\(name)\0".utf8)
        }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func remove(_ path: String) {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// Removes what killed launchers left: folders of ours, and nothing in them but what a trial makes.
    private static func sweep(_ prefix: String) {
        guard let slash = prefix.lastIndex(of: "/") else { return }
        let (folder, stem) = (String(prefix[..<slash]), "\(prefix[prefix.index(after: slash)...]).")
        for name in Folder.entries(of: folder) where name.hasPrefix(stem) {
            var info = stat()
            guard lstat("\(folder)/\(name)", &info) == 0, info.st_mode & S_IFMT == S_IFDIR, info.st_uid == geteuid(),
                time(nil) - info.st_mtim.tv_sec > longest
            else { continue }
            remove("\(folder)/\(name)")
        }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(
            .badConfiguration,
            "\(path.clipped) can't be made (\(lastError())), where the settings are tried; check CONFIG_DIR, or remove what has that name"
        )
    }
}
