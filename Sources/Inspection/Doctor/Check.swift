import Vocabulary

/// One known misconfiguration, or one thing that has to work, as a pure function: it sees evidence and says of each
/// thing that it is about how that is.
///
/// All are listed in `Checks.all`; a new one is a constant in the file of its group, and a name in the list there.
public protocol Check: Sendable {
    /// One word with hyphens.
    var name: String { get }
    /// What it looks at: half a line.
    var about: String { get }
    /// The alerts of a watcher that this check tells as well: each alert is one check's.
    var alerts: [String] { get }
    /// Whether it needs what ZooKeeper holds: without that nobody can say.
    var needsCluster: Bool { get }

    /// What is to be said; nothing, where all is well and there is nothing to add.
    func results(for evidence: Evidence) -> [CheckResult]
}

/// What a check says of one thing.
public struct CheckResult: Equatable, Sendable {
    public enum Mark: String, CaseIterable, Comparable, Sendable {
        case pass
        /// It could not be asked.
        case unknown
        /// It costs something, or will.
        case warn
        /// Clients are affected, or will be by the next failure.
        case fail

        public static func < (one: Mark, other: Mark) -> Bool {
            allCases.firstIndex(of: one)! < allCases.firstIndex(of: other)!
        }
    }

    public var mark: Mark
    /// What it is about: an address, a path, a variable; nil where only the cause tells.
    public var subject: String?
    /// One line: what is so, and what comes of it.
    public var cause: String
    /// What mends it, each a command line.
    public var fix: [String]
    /// Alerts of the same subject that say the same.
    var tells: [String] = []

    public init(_ mark: Mark, _ subject: String?, _ cause: String, fix: [String] = []) {
        self.mark = mark
        self.subject = subject
        self.cause = cause
        self.fix = fix
    }

    static func fail(_ subject: String?, _ cause: String, fix: String...) -> Self {
        Self(.fail, subject, cause, fix: fix)
    }

    static func warn(_ subject: String?, _ cause: String, fix: String...) -> Self {
        Self(.warn, subject, cause, fix: fix)
    }

    static func unknown(_ subject: String?, _ cause: String) -> Self { Self(.unknown, subject, cause) }

    static func pass(_ cause: String) -> Self { Self(.pass, nil, cause) }

    /// The same, which says what these alerts say of its subject.
    func telling(_ alerts: String...) -> Self {
        var result = self
        result.tells = alerts
        return result
    }
}

/// A check of the whole cluster.
struct ClusterCheck: Check {
    let name: String
    let about: String
    let alerts: [String]
    let needsCluster: Bool
    private let judge: @Sendable (Evidence) -> [CheckResult]

    init(
        _ name: String, _ about: String, alerts: [String] = [], needsCluster: Bool = true,
        _ judge: @escaping @Sendable (Evidence) -> [CheckResult] = { _ in [] }
    ) {
        self.name = name
        self.about = about
        self.alerts = alerts
        self.needsCluster = needsCluster
        self.judge = judge
    }

    func results(for evidence: Evidence) -> [CheckResult] { judge(evidence) }
}

/// A check of the settings of each redis-server that lets us in.
struct SettingCheck: Check {
    let name: String
    let about: String
    let alerts: [String] = []
    let needsCluster = true
    private let judge: @Sendable (ServerFacts.Settings, Server, Evidence) -> CheckResult?

    init(
        _ name: String, _ about: String,
        _ judge: @escaping @Sendable (ServerFacts.Settings, Server, Evidence) -> CheckResult?
    ) {
        self.name = name
        self.about = about
        self.judge = judge
    }

    func results(for evidence: Evidence) -> [CheckResult] {
        evidence.servers.compactMap { server in
            guard let settings = server.settings else {
                return .unknown(server.name, "it does not tell its settings (CONFIG GET)")
            }
            return judge(settings, server, evidence)
        }
    }
}
