/// The settings that a redis-server will really read, as one text: those of the user with each included file in the
/// place of its `include`, then the arguments. What is judged is this text, and what runs is this text.
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

    /// A line that is left out, since Interrex decides what it says.
    public struct LeftOut: Equatable, Sendable {
        /// `port 6379`: never a secret.
        public let what: String
        /// `/etc/redis.conf`
        public let source: String
        /// Counted from 1; in a template, once it is rendered.
        public let line: Int
    }

    /// The whole text, without `include` and what is left out.
    public internal(set) var text = ""
    public internal(set) var leftOut: [LeftOut] = []
    /// The user as whom Interrex would log in, where the settings define users of their own and not this one.
    public internal(set) var undefinedUser: String?
    /// What the text sets, in order.
    var directives: [Directive] = []
}

extension FlatSettings.Origin {
    func error(_ problem: SettingsProblem) -> RenderingError {
        if case .rendered(let name) = source { return .settings(source: name, line: line, problem) }
        return .included(source: name, line: line, problem)
    }

    var name: String {
        switch source {
        case .rendered(let name), .file(let name): name
        case .arguments: "the arguments after --"
        }
    }

    /// For people: `/etc/redis.conf, line 3`. Of the arguments, each option is a line.
    var place: String {
        if case .rendered = source { return "\(name), line \(line) once rendered" }
        return "\(name), line \(line)"
    }
}

extension FlatSettings {
    /// What is left out, for the operator: one line, nil where there is none.
    public var leftOutText: String? {
        if leftOut.isEmpty { return nil }
        var text = ""
        for (index, line) in leftOut.prefix(16).enumerated() {
            let isNewSource = index == 0 || leftOut[index - 1].source != line.source
            text += index == 0 ? "" : isNewSource ? "; " : ", "
            text += (isNewSource ? "of \(line.source): " : "") + "\(line.what) (line \(line.line))"
        }
        let more = leftOut.count > 16 ? " and \(leftOut.count - 16) more" : ""
        return "left out, since Interrex decides this by its own variables, \(text)\(more)"
    }
}
