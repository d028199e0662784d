import Cluster
import Glibc
import Redis
import Rendering
import Succession

extension RedisLaunchSettings {
    /// Tries the settings on the real server, and what the cluster's credentials may do there, unless nothing has changed
    /// since both were found right. To be called before ZooKeeper is touched.
    /// - Returns: what to write down once the server is about to start; nil where that is known, or not all was found out.
    /// - Throws: `Failure` (78) that says what is wrong, and where; (126, 127) where the server can't be started; `Stopped`.
    func prove() throws -> AcceptedSettings? {
        guard let server = launch.server else { preconditionFailure("only a launch has a server to start") }
        let texts = try provenTexts()
        let accepted = AcceptedSettings(
            texts.joined(separator: "\n") + "\n\(launch.redis.commandNames.text ?? "")\n\(userName)", server,
            files: [userFile(in: texts[0])].compactMap(\.self), beside: launch.configPath)
        if accepted.isKnown { return nil }
        let scratch = ScratchServer(
            server: server, folder: "\(launch.configPath.dropLast(".conf".count)).trial",
            credentials: launch.redis.credentials, names: launch.redis.commandNames)
        var isKnown = true
        // The lines that were left out have still to be read.
        var rest = scratch.leavesModulesOut(of: texts[0]) ? texts : Array(texts.dropFirst())
        switch try scratch.outcome(with: texts[0], userFile: userFile(in: texts[0])) {
        case .answered(let rights):
            if let failure = rights.failure(for: launch.redis.credentials) { throw failure }
            for warning in rights.warnings(for: launch.redis.credentials) { Log.warn(warning) }
            isKnown = rights.warnings(for: launch.redis.credentials).isEmpty
        case .unable(.refused(let complaint)): throw failure(complaint)
        case .unable(.unknown(let why)):
            Log.warn("\(server.path.clipped) could not be tried with these settings (\(why)); the launch goes on")
            (isKnown, rest) = (false, texts)
        case .unable(.accepted): break
        }
        isKnown = try proveLines(rest, by: server) && isKnown
        return isKnown ? accepted : nil
    }

    /// The same for `--render-only`, which starts nothing: whether the real server understands every line.
    func proveLines(_ environment: Environment) throws {
        let texts = try provenTexts()
        guard let server = ServerKind.redis.triedServer(environment) else { return }
        try proveLines(texts, by: server)
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

    /// - Returns: whether all of it is known to be understood.
    @discardableResult
    private func proveLines(_ texts: [String], by server: ServerBinary) throws -> Bool {
        var isKnown = true
        for text in texts {
            let trial = SettingsTrial(
                server: server, kind: .redis, secrets: [launch.redis.credentials?.password].compactMap(\.self),
                folder: launch.dataFolder)
            switch try trial.verdict(on: text) {
            case .accepted: break
            case .refused(let complaint): throw failure(complaint)
            case .unknown(let why):
                Log.warn("\(server.path.clipped) could not be tried with these settings (\(why))")
                isKnown = false
            }
        }
        return isKnown
    }

    private func failure(_ complaint: Complaint) -> Failure {
        complaint.failure(
            of: ServerKind.redis, at: complaint.line.map { flat.place(of: $0) ?? sources.template.name })
    }

    private var userName: String { launch.redis.credentials?.username ?? "" }

    /// The absolute path of the file of users, where the settings name one.
    private func userFile(in text: String) -> String? {
        guard let path = settingsValue(of: ["aclfile"], in: text), !path.isEmpty else { return nil }
        return path.hasPrefix("/") ? path : "\(launch.dataFolder)/\(path)"
    }
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
    /// The real server that a look tries the settings on; nil where there is none here, which a line says.
    func triedServer(_ environment: Environment) -> ServerBinary? {
        do {
            return try ServerBinary(
                environment.text(variable, default: program), variable: variable, environment)
        } catch {
            Log.warn("the settings are not tried on a real \(program): \(error)")
            return nil
        }
    }

    var settingsVariable: String { self == .redis ? "REDIS_CONF" : "SENTINEL_CONF" }
}
