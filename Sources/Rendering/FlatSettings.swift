/// The settings that a redis-server will really read, as one text: those of the user with each included file in the place of
/// its `include`, then the arguments. What is judged is this text, and what runs is this text.
public struct FlatSettings: Equatable, Sendable {
    /// Where a line stands, for people.
    struct Origin: Equatable, Sendable {
        enum Source: Equatable, Sendable {
            /// The user's settings file, which is a template.
            case rendered(String)
            /// An included file.
            case file(String)
            case arguments
        }

        var source: Source
        /// Counted from 1; in a template, once it is rendered.
        var line: Int
    }

    struct Directive: Equatable, Sendable {
        /// The directive's name in lower case, then its arguments.
        let words: [String]
        let origin: Origin
    }

    /// The last `dir` of the settings, where it is not the server's: it is left out, since DATA_DIR decides.
    public struct LeftOutFolder: Equatable, Sendable {
        public let path: String
        /// Which line names it: `/etc/redis.conf, line 3`.
        public let place: String
    }

    /// The whole text, without `include` and `dir`.
    public internal(set) var text = ""
    public internal(set) var leftOutFolder: LeftOutFolder?
    /// What the text sets, in order.
    var directives: [Directive] = []
}

extension FlatSettings.Origin {
    func error(_ problem: SettingsProblem) -> RenderingError {
        if case .rendered(let name) = source { return .settings(source: name, line: line, problem) }
        return .included(source: name, line: line, problem)
    }

    var place: String {
        if case .rendered(let name) = source { return "\(name), line \(line) once rendered" }
        return "\(name), line \(line)"
    }

    private var name: String {
        switch source {
        case .rendered(let name), .file(let name): name
        case .arguments: "the arguments after --"
        }
    }
}
