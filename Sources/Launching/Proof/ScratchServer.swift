import Cluster
import Glibc
import Processes
import Redis
import Rendering
import Succession
import Vocabulary

/// The real redis-server with the real settings, started where it can do no harm: in an empty folder of its own, on a
/// socket there and no port, without the user's files and modules, and killed once it has answered.
///
/// It shows more than that each line is understood: what a server finds wrong only as it starts (a file of users, say),
/// and what its users may do.
struct ScratchServer {
    static let socketName = "s"
    /// A server is usually there by then, and is looked for more seldom behind it.
    private static let usual = Duration.milliseconds(100)

    let server: ServerBinary
    /// The beginning of the path of a folder that is made, and removed.
    let folder: String
    let credentials: Credentials?
    /// Those that the settings or their file of users name, but for the default one.
    let users: [String]
    let names: CommandNames
    let time: TrialTime

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
        let (start, deadline) = (ContinuousClock.now, time.half)
        while true {
            if let socket = scratch.connect(to: Self.socketName) {
                defer { close(socket) }
                if let rights = rights(over: socket, of: scratch, until: deadline) { return .answered(rights) }
            }
            // No event tells that a server listens.
            let pause = Duration.milliseconds(.now - start < Self.usual ? 1 : 10)
            switch try process.wait(until: min(.now + pause, deadline)) {
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
                guard .now < deadline else {
                    return .unable(.unknown("it did not answer within \(TrialTime.limit / 2)"))
                }
            }
        }
    }

    private var secrets: [String] { [credentials?.password.text].compactMap(\.self) }

    /// The settings without modules, whose code could do anything, and with the last word on all that reaches outside.
    private func harmless(_ text: String, _ userFile: String?, in folder: String) -> (text: String, isReduced: Bool) {
        let lines = text.fileLines
        let kept = leavesModulesOut(of: text) ? lines.filter { !Self.isOfModule($0) } : lines
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
            masterauth ""
            """
        // Whoever listens there is told nothing. Unknown to Redis 5, as the next one is to a server that was built
        // without TLS.
        if lines.contains(where: { Self.name(of: $0) == "masteruser" }) { last += "\nmasteruser \"\"" }
        if lines.contains(where: { Self.name(of: $0) == "tls-port" }) { last += "\ntls-port 0" }
        if let userFile { last += "\naclfile \(quoted(userFile))" }
        return ((kept + [last]).joined(separator: "\n") + "\n", kept.count < lines.count)
    }

    private func quoted(_ path: String) -> String { (try? RedisQuoting.quote(path)) ?? path }

    /// Settings of a module without the module are wrong, as the server says.
    func leavesModulesOut(of text: String) -> Bool { text.fileLines.contains { Self.name(of: $0) == "loadmodule" } }

    /// A module's own settings have its name before a dot.
    private static func isOfModule(_ line: String) -> Bool {
        name(of: line).map { $0 == "loadmodule" || $0.contains(".") } ?? false
    }

    private static func name(of line: String) -> String? { settingsLines(in: line).first?.first }

    /// Asks for everything that will be needed, and what anybody may do; nil where the server ended meanwhile.
    private func rights(
        over socket: Int32, of folder: ScratchFolder, until deadline: ContinuousClock.Instant
    ) -> Rights? {
        let login = credentials.map { [["AUTH"] + ($0.username.map { [$0] } ?? []) + [$0.password.text]] } ?? []
        // First of all: as long as it replicates from nobody of use, nothing that anybody may do changes it.
        var doors: [OpenDoor] = []
        for user in login.isEmpty ? [] : [nil] + users.map(Optional.some) {
            guard let found = self.doors(of: user, in: folder, until: deadline) else { return nil }
            doors += found
        }
        let needs = NeededCommand.all
        guard let found = replies(to: login + needs.map(names.probe), over: socket, until: deadline) else { return nil }
        var rights = Rights(login: login.isEmpty ? nil : found[0], doors: doors)
        for (need, reply) in zip(needs, found.dropFirst(login.count)) { rights.note(reply, to: need) }
        return rights
    }

    /// What a user may do of whom nobody knows the password; nil where the server ended meanwhile.
    private func doors(
        of user: String?, in folder: ScratchFolder, until deadline: ContinuousClock.Instant
    ) -> [OpenDoor]? {
        guard let socket = folder.connect(to: Self.socketName) else { return nil }
        defer { close(socket) }
        let login = user.map { [["AUTH", $0, UUIDText.random()]] } ?? []
        let probes = OpenDoor.all.map { $0.probe(names) }
        guard let found = replies(to: login + probes, over: socket, until: deadline) else { return nil }
        // Whom the server does not let in is still the default user.
        if user != nil, case .error = found[0] { return [] }
        return zip(OpenDoor.all, found.dropFirst(login.count)).filter { $1.isOpenDoor }.map { door, _ in
            var door = door
            door.user = user
            return door
        }
    }

    private func replies(
        to commands: [[String]], over socket: Int32, until deadline: ContinuousClock.Instant
    ) -> [Reply]? {
        let replies = Exchange.replies(to: commands, over: socket, until: deadline, stop: StopSignals.descriptor)
        return replies.count == commands.count ? replies : nil
    }
}
