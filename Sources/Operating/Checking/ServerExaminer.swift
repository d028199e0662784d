import Cluster
import Inspection
import Redis
import Vocabulary

/// What one server or sentinel is asked beyond what a look asks it. Passwords are compared here, and go no further.
struct ServerExaminer: Sendable {
    let prober: Prober
    private var settings: RedisSettings { prober.settings }

    init(_ prober: Prober) { self.prober = prober }

    /// nil where it does not answer by then.
    func server(_ address: Address) async -> ServerAnswers? {
        async let names = prober.complaint(aboutNamesAt: address)
        var answers = try? await prober.asking(address, settings.credentials) { connection in
            try await serverAnswers(over: connection)
        }
        let complaint = await names
        answers?.names = complaint
        return answers
    }

    private func serverAnswers(over connection: Connection) async throws -> ServerAnswers {
        var answers = ServerAnswers()
        // Whether it asks for a password has to be settled before its clock is read: that costs a round of its own.
        try await connection.ping(within: prober.limit)
        answers.asksForPassword = await connection.hasAuthenticated
        let (before, wall) = (ContinuousClock.now, Timestamp.secondsNow)
        let time = try? await connection.command(["TIME"], within: prober.limit)
        let took = ContinuousClock.now - before
        if let parts = time?.list, parts.count == 2, let seconds = parts[0].number, let micros = parts[1].number {
            answers.clock = Self.reading(seconds, micros, at: wall, took)
        }
        let needs = NeededCommand.all.filter(\.isEssential)
        let user = settings.credentials?.username ?? "default"
        let trials = needs.map { ["ACL", "DRYRUN", user] + settings.commandNames.probe(of: $0) }
        let replies = try await connection.pipeline([["CONFIG", "GET", "*"]] + trials, within: prober.limit)
        answers.forbidden = zip(needs, replies.dropFirst()).filter { isRefusal($0.1) }.map(\.0.name)
        guard let told = Self.pairs(replies.first) else { return answers }
        let password = settings.credentials?.password.text
        if let value = told["masterauth"] {
            let isOurs = value == password && (told["masteruser"] ?? "") == (settings.credentials?.username ?? "")
            answers.masterauth = value.isEmpty ? .missing : isOurs ? .same : .other
        }
        answers.settings = Self.masked(told, password)
        return answers
    }

    /// `ACL DRYRUN` (Redis 7) says in words, and not by an error, that a user has no permissions.
    private func isRefusal(_ reply: Result<Reply, RedisError>) -> Bool {
        (try? reply.get())?.text?.contains("no permissions") ?? false
    }

    /// The same of a sentinel: its settings are those of `SENTINEL CONFIG GET` (Redis 6.2).
    func sentinel(_ address: Address) async -> ServerAnswers? {
        try? await prober.asking(address, settings.sentinelCredentials) { connection in
            var answers = ServerAnswers()
            try await connection.ping(within: prober.limit)
            answers.asksForPassword = await connection.hasAuthenticated
            let (before, wall) = (ContinuousClock.now, Timestamp.secondsNow)
            let info = try await connection.info(["server"], within: prober.limit, renaming: false)
            let took = ContinuousClock.now - before
            if let micros = info["server_time_usec"].flatMap({ Int64($0) }) {
                answers.clock = Self.reading(micros / 1_000_000, micros % 1_000_000, at: wall, took)
            }
            let question = ["SENTINEL", "CONFIG", "GET", "*"]
            let reply = try await connection.pipeline([question], within: prober.limit, renaming: false).first
            answers.settings = Self.pairs(reply).map { Self.masked($0, settings.sentinelCredentials?.password.text) }
            return answers
        }
    }

    private static func reading(_ seconds: Int64, _ micros: Int64, at wall: Double, _ took: Duration) -> ClockReading? {
        // A number that came over the network must not overflow.
        guard (0...1e11).contains(Double(seconds)), (0..<1_000_000).contains(micros) else { return nil }
        let ours = wall + Double(took.wholeMilliseconds) / 2_000
        let ahead = Double(seconds) + Double(micros) / 1e6 - ours
        return ClockReading(ahead: .milliseconds(Int64(ahead * 1_000)), roundTrip: took)
    }

    private static func pairs(_ reply: Result<Reply, RedisError>?) -> [String: String]? {
        guard let list = try? reply?.get().list, list.count.isMultiple(of: 2) else { return nil }
        var pairs: [String: String] = [:]
        for index in stride(from: 0, to: list.count, by: 2) {
            guard let name = list[index].text, let value = list[index + 1].text else { continue }
            pairs[name.lowercased()] = value
        }
        return pairs
    }

    /// A password that is set is only told apart from ours.
    private static func masked(_ settings: [String: String], _ password: String?) -> [String: String] {
        var shown = settings
        for (name, value) in settings where Setting.isSecret(name) && !value.isEmpty {
            shown[name] = value == password ? "ours" : "another one"
        }
        return shown
    }
}
