import Cluster
import Glibc
import Processes
import Redis
import Rendering
import Succession
import Vocabulary

extension SentinelLaunchSettings {
    /// An identity for settings that nobody runs with: always the same, so that they compare.
    private static let noIdentity = "00000000-0000-4000-8000-000000000000"

    /// Tries the settings on the real sentinel, unless nothing has changed since they were found right. To be called
    /// before ZooKeeper is touched.
    /// - Returns: what to write down once the sentinel is about to start; nil where that is known, or not all was found
    ///   out.
    /// - Throws: `Failure` (78) that says what is wrong, and where; (126, 127) where the sentinel can't be started;
    ///   `Stopped`.
    func prove() throws -> AcceptedSettings? {
        guard let server = launch.server else { preconditionFailure("only a launch has a server to start") }
        let (text, flat) = try provenText()
        let accepted = AcceptedSettings(text, server, files: [], beside: launch.configPath)
        if accepted.isKnown { return nil }
        Log.debug("the settings are tried on \(server.path.clipped)")
        let why = try TrialTime.spent(on: server) { try doubt(about: text, flat, by: server, within: $0) }
        guard let why else { return accepted }
        Log.warn("\(server.path.clipped) could not be tried with these settings (\(why)); the launch goes on")
        return nil
    }

    /// The same for `--render-only`.
    func prove(_ environment: Environment) throws {
        let (text, flat) = try provenText()
        try ServerKind.sentinel.look(environment) { try doubt(about: text, flat, by: $0, within: $1) }
    }

    private func provenText() throws(Failure) -> (text: String, flat: FlatSettings) {
        try rendered(monitoring: launch.address, identity: Self.noIdentity, clusterID: nil, seeds: Seeds())
    }

    /// - Returns: why it is not known whether all of it is understood; nil where it is.
    private func doubt(
        about text: String, _ flat: FlatSettings, by server: ServerBinary, within time: TrialTime
    ) throws -> String? {
        let secrets = [launch.redis.credentials?.password.text, launch.redis.sentinelCredentials?.password.text]
        let trial = SettingsTrial(
            server: server, kind: .sentinel, secrets: secrets.compactMap(\.self), folder: launch.dataFolder, time: time)
        switch try trial.verdict(on: text) {
        case .accepted: return nil
        case .refused(let complaint):
            throw complaint.failure(
                of: .sentinel, at: complaint.line.map { flat.place(of: $0) ?? sources.template.name })
        case .unknown(let why): return why
        }
    }
}

extension SentinelLaunchSettings {
    /// What the redis-servers' commands are called: by RENAMED_COMMANDS, or by the lines of SENTINEL_CONF.
    /// - Parameter text: what was rendered, with the lines of both.
    /// - Throws: `Failure` (78) where they differ.
    static func commandNames(in text: String, _ launch: LaunchSettings) throws(Failure) -> CommandNames {
        let lines = renamedCommands(in: text, master: launch.redis.masterName)
        let written = CommandNames(Dictionary(lines.map { ($0.command, $0.name) }) { $1 })
        let given = CommandNames(
            Dictionary(launch.redis.commandNames.all.filter { !$0.name.isEmpty }.map { ($0, $1) }) { $1 })
        guard given.text != nil, given != written else { return written }
        throw Failure(
            .badConfiguration,
            "RENAMED_COMMANDS says \(given.text ?? ""), and the sentinel rename-command lines would say "
                + "\(written.text ?? "nothing"); let SENTINEL_CONF rename nothing, since RENAMED_COMMANDS does, or say the same"
        )
    }
}
