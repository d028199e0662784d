import Cluster
import Glibc
import Processes
import Redis
import Rendering
import Runtime
import Succession
import Vocabulary

extension RedisLaunchSettings {
    /// Tries the settings on the real server, and what the cluster's credentials may do there, unless nothing has
    /// changed since both were found right. To be called before ZooKeeper is touched.
    /// - Returns: what to write down once the server is about to start; nil where that is known, or not all was found
    ///   out.
    /// - Throws: `Failure` (78) that says what is wrong, and where; (126, 127) where the server can't be started;
    ///   `Stopped`.
    func prove() throws -> AcceptedSettings? {
        guard let server = launch.server else { preconditionFailure("only a launch has a server to start") }
        let texts = try provenTexts()
        let modules = try modules(in: texts)
        try checkSocket(in: texts[0])
        let accepted = AcceptedSettings(
            texts.joined(separator: "\n") + "\n\(launch.redis.commandNames.text ?? "")\n\(userName)", server,
            files: [userFile(in: texts[0])].compactMap(\.self) + modules, beside: launch.configPath)
        if accepted.isKnown { return nil }
        Log.debug("the settings are tried on \(server.path.clipped)")
        let (warnings, doubts) = try TrialTime.spent(on: server) {
            try tryOut(texts, by: server, within: $0)
        }
        for warning in warnings { Log.warn(warning) }
        // One line for all that was tried: each has the same reason, or the first one's is the nearest to it.
        if let why = doubts.first {
            Log.warn("\(server.path.clipped) could not be tried with these settings (\(why)); the launch goes on")
        }
        return warnings.isEmpty && doubts.isEmpty ? accepted : nil
    }

    /// - Returns: what is to be said, and why not all is known.
    private func tryOut(
        _ texts: [String], by server: ServerBinary, within time: TrialTime
    ) throws -> (warnings: [String], doubts: [String]) {
        let scratch = ScratchServer(
            server: server, folder: "\(launch.configPath.dropLast(".conf".count)).trial",
            credentials: launch.redis.credentials, users: users(in: texts[0]), names: launch.redis.commandNames,
            time: time)
        switch try scratch.outcome(with: texts[0], userFile: userFile(in: texts[0])) {
        case .answered(let rights):
            if let failure = rights.failure(for: launch.redis.credentials) { throw failure }
            // The lines that were left out have still to be read.
            let rest = scratch.leavesModulesOut(of: texts[0]) ? texts : Array(texts.dropFirst())
            return (
                rights.warnings(for: launch.redis.credentials), try doubts(about: rest, by: server, within: time)
            )
        case .unable(.refused(let complaint)): throw failure(complaint)
        case .unable(.unknown(let why)): return ([], try [why] + doubts(about: texts, by: server, within: time))
        case .unable(.accepted): return ([], try doubts(about: texts, by: server, within: time))
        }
    }

    /// The same for `--render-only`, which starts nothing: whether the real server understands every line.
    func proveLines(_ environment: Environment) throws {
        let texts = try provenTexts()
        try ServerKind.redis.look(environment) { try doubts(about: texts, by: $0, within: $1).first }
    }

    /// The file of a master, and that of a replica where it holds more than one line on its master: a template may have
    /// anything for either.
    private func provenTexts() throws(Failure) -> [String] {
        let master = try render(following: nil, clusterID: nil, startsEmpty: false)
        try checkNames(in: master)
        let replica = try render(following: launch.address, clusterID: nil, startsEmpty: true)
        let known = Set(master.fileLines)
        let more = replica.fileLines.filter { line in
            !known.contains(line)
                && !["#", "replicaof ", "replica-priority ", "proc-title-template "].contains { line.hasPrefix($0) }
        }
        return more.isEmpty ? [master] : [master, replica]
    }

    /// - Returns: why it is not known whether all of it is understood; nothing where it is.
    private func doubts(about texts: [String], by server: ServerBinary, within time: TrialTime) throws -> [String] {
        let trial = SettingsTrial(
            server: server, kind: .redis, secrets: [launch.redis.credentials?.password.text].compactMap(\.self),
            folder: launch.dataFolder, time: time)
        return try texts.compactMap { text -> String? in
            switch try trial.verdict(on: text) {
            case .accepted: nil
            case .refused(let complaint): throw failure(complaint)
            case .unknown(let why): why
            }
        }
    }

    private func failure(_ complaint: Complaint) -> Failure {
        complaint.failure(
            of: ServerKind.redis, at: complaint.line.map { flat.place(of: $0) ?? sources.template.name })
    }

    private var userName: String { launch.redis.credentials?.username ?? "" }

    /// The absolute path of the file of users, where the settings name one.
    private func userFile(in text: String) -> String? {
        guard let path = settingsValue(of: ["aclfile"], in: text), !path.isEmpty else { return nil }
        return absolute(path)
    }

    /// So many may have a user of their own: more would take longer than a start may.
    private static let usersTried = 100

    private func users(in text: String) -> [String] {
        let file = userFile(in: text).flatMap { readFile($0, limit: 1_048_576) }.map {
            String(decoding: $0, as: UTF8.self)
        }
        let words = settingsLines(in: text) + settingsLines(in: file ?? "")
        let names = Set(words.filter { $0.count > 1 && $0[0] == "user" && $0[1] != "default" }.map { $0[1] })
        return Array(names.sorted().prefix(Self.usersTried))
    }

    /// - Throws: `Failure` (78) where the server could not make the socket that the settings name: it would end there.
    private func checkSocket(in text: String) throws(Failure) {
        guard let path = settingsValue(of: ["unixsocket"], in: text), !path.isEmpty else { return }
        let file = absolute(path)
        let folder = String(file[...file.lastIndex(of: "/")!])
        guard access(folder, W_OK | X_OK) != 0 else { return }
        throw Failure(
            .badConfiguration,
            "unixsocket \(path.clipped) can't be made (\(lastError()): \(folder.clipped)), and redis-server would end there; make "
                + "that folder for its user, or correct that line")
    }

    /// The absolute paths of the modules that the settings name. No trial loads one: its code could do anything.
    /// - Throws: `Failure` (78) where one can't be read: the server would end there, after all else.
    private func modules(in texts: [String]) throws(Failure) -> [String] {
        // A name without a slash is looked for where libraries are.
        let lines = texts.flatMap(settingsLines).filter { $0.count > 1 && $0[0] == "loadmodule" && $0[1].contains("/") }
        for words in lines where access(absolute(words[1]), R_OK) != 0 {
            let why = lastError()
            let line = texts.flatMap(\.fileLines).first { settingsLines(in: $0) == [words] }
            let place = line.flatMap { flat.place(of: $0) } ?? sources.template.name
            throw Failure(
                .badConfiguration,
                "\(place.clipped): the module \(words[1].clipped) can't be read (\(why)), and redis-server would end there; "
                    + "install it, or correct that line")
        }
        return lines.map { absolute($0[1]) }
    }

    private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(launch.dataFolder)/\(path)" }
}

extension Complaint {
    /// - Parameter place: where its line stands; nil where it has none.
    func failure(of kind: ServerKind, at place: String?) -> Failure {
        guard let line, let place else {
            return Failure(
                .badConfiguration,
                "\(kind.program) does not start with these settings: \(words); correct what \(kind.settingsVariable) names"
            )
        }
        return Failure(
            .badConfiguration,
            "\(place.clipped): \(kind.program) does not start with \"\(redacted(line).clipped)\": \(words); correct that line"
        )
    }
}

extension ServerKind {
    /// For `--render-only`, which may run where there is no such server, or one of another machine: tries what there
    /// is, and says in a line what is not known.
    /// - Parameter proof: returns why it is not known whether the server takes the settings.
    /// - Throws: what `proof` does, but for a server that can't be started.
    func look(_ environment: Environment, _ proof: (ServerBinary, TrialTime) throws -> String?) throws {
        do {
            let server = try ServerBinary(
                environment.text(variable, default: program), variable: variable, environment)
            guard let why = try TrialTime.spent(on: server, { try proof(server, $0) }) else { return }
            Log.warn("\(server.path.clipped) could not be tried with these settings (\(why))")
        } catch let failure as Failure where [.notFound, .cannotExecute, .unavailable].contains(failure.code) {
            Log.warn("the settings are not tried on a real \(program): \(failure)")
        }
    }

    var settingsVariable: String { self == .redis ? "REDIS_CONF" : "SENTINEL_CONF" }
}
