import Cluster
import Glibc
import Processes
import Redis
import Rendering
import Runtime
import Succession
import Vocabulary

/// A server that Interrex has started and that runs, as `/proc` and its rendered file tell of it.
///
/// Its environment is gone: redis-server writes its title over it (setproctitle.c). The title bears the mark, and the
/// file has the rest.
struct RunningServer: Sendable {
    let pid: pid_t
    let kind: ServerKind
    let mark: Mark
    /// The rendered file, as the server may have rewritten it.
    let path: String
    let text: String
    /// Where this machine reaches it.
    let local: Address
    /// The address that others use.
    let address: Address
    let credentials: Credentials?
    /// What its commands are called; a sentinel's always have their own names.
    let commandNames: CommandNames
    /// `dir`
    let folder: String
    /// Of a sentinel.
    let identity: String?

    /// - Parameter config: the rendered file; nil: where its launcher has put it.
    /// - Throws: `Failure`: 64 where no server of Interrex has this PID, 78 where its file can't be used.
    init(_ pid: pid_t, config: String?, _ environment: Environment) throws(Failure) {
        let title = try Title(pid)
        try Self.checkUser(of: pid)
        (self.pid, kind, mark) = (pid, title.kind, title.mark)
        (path, text) = try Self.file(of: title, pid, config, environment)
        let values = settingsValues(in: text)
        let lines = settingsLines(in: text)
        func sentinel(_ name: String) -> String? {
            lines.last { $0.count == 3 && $0[0] == "sentinel" && $0[1].lowercased() == name }?[2]
        }
        // The title changes with the priority that the server awaits, and the file only where it is rewritten.
        guard values["proc-title-template"].flatMap({ Mark(template: $0) }) == title.mark,
            values["port"] == "\(title.port)",
            let bind = values["bind"].flatMap({ Host($0) }), let folder = values["dir"]
        else {
            throw Failure(
                .badConfiguration, "\(path.clipped) is not the file of PID \(pid); name its rendered file with --config"
            )
        }
        self.folder = folder
        let announced =
            kind == .redis
            ? (values["replica-announce-ip"], values["replica-announce-port"])
            : (sentinel("announce-ip"), sentinel("announce-port"))
        let host = announced.0.flatMap { $0.isEmpty ? nil : Host($0) } ?? bind
        let port = announced.1.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? title.port
        let reached = bind.isWildcard ? Host(bind.kind == .ipv6 ? "::1" : "127.0.0.1")! : bind
        guard !host.isWildcard, let address = Address(host: host, port: port),
            let local = Address(host: reached, port: title.port)
        else {
            throw Failure(
                .badConfiguration, "\(path.clipped) names no address that others could use; start the server again")
        }
        (self.address, self.local) = (address, local)
        credentials = Self.credentials(text, values["requirepass"])
        commandNames =
            kind == .redis
            ? CommandNames(Dictionary(renamedCommands(in: text).map { ($0.command, $0.name) }) { $1 }) : CommandNames()
        identity = kind == .sentinel ? sentinel("myid").flatMap { Identity.id(ofRunID: $0) } : nil
        if kind == .sentinel, identity == nil {
            throw Failure(
                .badConfiguration, "\(path.clipped) has no identity (sentinel myid) of ours; start the sentinel again")
        }
    }

    /// A lease writes in the server's folder, where the next launcher must be able to write as well.
    private static func checkUser(of pid: pid_t) throws(Failure) {
        var info = stat()
        guard stat("/proc/\(pid)", &info) == 0, info.st_uid == geteuid() else {
            throw Failure(
                .badConfiguration,
                "PID \(pid) runs as user \(info.st_uid), and this as \(geteuid()); run it as that user (runuser -u NAME -- ...)"
            )
        }
    }

    /// As the launcher's own connections log in.
    private static func credentials(_ text: String, _ own: String?) -> Credentials? {
        let login = loginToMaster(in: text)
        if let user = login.user, let password = login.password {
            return Credentials(username: user, password: Secret(password))
        }
        return own.flatMap { $0.isEmpty ? nil : Credentials(username: nil, password: Secret($0)) }
    }

    private static func file(
        of title: Title, _ pid: pid_t, _ config: String?, _ environment: Environment
    ) throws(Failure) -> (path: String, text: String) {
        let name = "\(title.kind.fileStem)-\(title.port).conf"
        var folders: [String] = []
        for variable in ["CONFIG_DIR", "MESOS_SANDBOX", "DATA_DIR"] {
            if let folder = try environment.text(variable) { folders.append(try Folder.absolute(folder, variable)) }
        }
        // A server's working directory is its `dir`.
        var paths = (folders + ["/proc/\(pid)/cwd"]).map { "\($0)/\(name)" }
        if let config { paths = [try Folder.absolute(config, "--config")] }
        for path in paths {
            if let bytes = readFile(path, limit: 8 << 20) { return (path, String(decoding: bytes, as: UTF8.self)) }
        }
        throw Failure(
            .badConfiguration,
            "the rendered file of PID \(pid) can't be read (\(lastError())); looked for \(paths.joined(separator: ", ")); name it "
                + "with --config, or set CONFIG_DIR")
    }

    /// Its PID in its own namespace, by which it knows itself.
    var ownPID: String {
        let status = readFile("/proc/\(pid)/status").map { String(decoding: $0, as: UTF8.self) } ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
        return line?.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? String(pid)
    }

    /// The leases that watch this very process: each holds a pidfd of it, as its descriptor 3
    /// (`LeaseProcess.Descriptor`).
    var leases: [pid_t] {
        Folder.entries(of: "/proc").compactMap { pid_t($0) }.filter { other in
            guard let command = readFile("/proc/\(other)/cmdline"),
                String(decoding: command, as: UTF8.self).split(separator: "\0").last == "lease",
                let info = readFile("/proc/\(other)/fdinfo/\(LeaseProcess.Descriptor.server)")
            else { return false }
            return String(decoding: info, as: UTF8.self).split(separator: "\n").contains { line in
                line.hasPrefix("Pid:") && line.split(whereSeparator: \.isWhitespace).last == "\(pid)"
            }
        }
    }
}

/// What a server's title says: `redis-server 127.0.0.1:6379 /redis mymaster 0123456789abcdef`, perhaps with the
/// priority that it awaits behind that.
private struct Title {
    let kind: ServerKind
    let port: Int
    let mark: Mark

    /// What a sentinel has for `{server-mode}`; a redis-server has nothing there.
    private static let sentinelMode: Substring = "[sentinel]"

    /// - Throws: `Failure` (64).
    init(_ pid: pid_t) throws(Failure) {
        guard pid > 0, let bytes = readFile("/proc/\(pid)/cmdline"), !bytes.isEmpty else {
            throw Failure(.usage, "there is no process with the PID \(pid) here; name that of a server of this host")
        }
        let title = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        guard let (mark, before) = Mark.read(title: title),
            let listens = before.last(where: { !$0.isEmpty && $0 != Self.sentinelMode }), before.count >= 2
        else {
            throw Failure(
                .usage,
                "PID \(pid) is no redis-server or redis-sentinel that Interrex has started: its title bears no mark")
        }
        let isSentinel = before.last == Self.sentinelMode
        guard let port = listens.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw Failure(
                .usage, "PID \(pid) does not say on which port it listens: \(String(listens).clipped.oneLine)")
        }
        (kind, self.port, self.mark) = (isSentinel ? .sentinel : .redis, port, mark)
    }
}
