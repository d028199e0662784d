/// Why a file can't be rendered, and what to do about it. Nothing is ever rendered in part.
public enum RenderingError: Error, Equatable, Sendable {
    /// A template, or the settings file as a template, is wrong at this line of its source.
    case template(source: String, line: Int, TemplateProblem)

    /// A value that would go into the file can't: `name` is the template's name for it.
    case value(name: String, ValueProblem)

    /// The rendered settings hold a line that can't work; `line` counts in their rendered text.
    case settings(source: String, line: Int, SettingsProblem)

    /// A file that the settings include, or an argument of the server, holds a line that can't work.
    case included(source: String, line: Int, SettingsProblem)
}

/// What is wrong in a template.
public enum TemplateProblem: Error, Equatable, Sendable {
    case nul
    case unclosedTag
    case malformedTag(String)
    case unknownName(String, known: [String])
    case sectionUsedAsValue(String)
    case valueUsedAsSection(String)
    case linesUsedAsValue(String)
    case unclosedSection(String)
    case closedWithoutOpening(String)
    case crossedSections(open: String, openedAt: Int, closed: String)
    case tooDeep(limit: Int)
}

/// What is wrong with a value.
public enum ValueProblem: Error, Equatable, Sendable {
    case empty
    case lineBreakOrNUL
    case tooLong(limit: Int)
    case notIn(ClosedRange<Int>)
    case notAbsolute
    case characters(allowed: String)
    case lostBySentinelRewrite
    case wildcardNotAnnounced
}

/// What is wrong with a line of the settings.
public enum SettingsProblem: Error, Equatable, Sendable {
    case unbalancedQuotes
    case decidedByInterrex(directive: String)
    case secretUnknownToInterrex(directive: String, variable: String)
    case plaintextOnly(directive: String)
    case sentinelUser
    case usersTwice
    case openDoor(variable: String)
    case userIsOff(name: String)
    case otherPassword(name: String, variable: String)
    case unreadableACLFile(path: String, why: String)
    case byteOrderMark
    case nul
    case noText
    case noUTF8(directive: String)
    case malformedInclude
    case unreadableInclude(path: String, why: String)
    case includedTooDeep(limit: Int)
    case includedTooMuch(limit: Int)
    case includeInTemplate
    case undone(directive: String)
    case lacking(directive: String)
    case sentinelArgument
    case standardInput
    case fileArgument
    case namelessArgument
}

extension RenderingError: CustomStringConvertible {
    /// One line: what, where, why, what to do. Holds no value, since a value may be a secret.
    public var description: String {
        switch self {
        case .template(let source, let line, let problem): "\(source), line \(line): \(problem.explanation)"
        case .value(let name, let problem): "\(name) \(problem.explanation)"
        case .settings(let source, let line, let problem):
            "\(FlatSettings.Origin(source: .rendered(source), line: line).place): \(problem.explanation)"
        case .included(let source, let line, let problem):
            "\(FlatSettings.Origin(source: .file(source), line: line).place): \(problem.explanation)"
        }
    }
}

extension TemplateProblem {
    var explanation: String {
        switch self {
        case .nul:
            "a NUL byte, which ends a configuration file for Redis; remove it"
        case .unclosedTag:
            "a tag is not closed; end it with }}, or with }}} where it begins with {{{"
        case .malformedTag(let tag):
            "\(tag) is not a tag; use {{name}}, {{{name}}}, {{#name}}, {{^name}}, {{/name}} or {{! comment }}"
        case .unknownName(let name, let known):
            "unknown name \(name); known here: \(known.joined(separator: ", "))"
        case .sectionUsedAsValue(let name):
            "\(name) is a section, not a value; write {{#\(name)}}...{{/\(name)}}"
        case .valueUsedAsSection(let name):
            "\(name) is a value, not a section; write {{\(name)}}"
        case .linesUsedAsValue(let name):
            "\(name) holds whole lines; write {{{\(name)}}} on a line of its own"
        case .unclosedSection(let name):
            "section \(name) is not closed; add {{/\(name)}}"
        case .closedWithoutOpening(let name):
            "{{/\(name)}} closes a section that is not open; add {{#\(name)}} before it, or remove it"
        case .crossedSections(let open, let openedAt, let closed):
            "{{/\(closed)}} comes while section \(open) of line \(openedAt) is open; close \(open) first"
        case .tooDeep(let limit):
            "more than \(limit) sections inside each other; flatten the template"
        }
    }
}

extension ValueProblem {
    var explanation: String {
        switch self {
        case .empty:
            "is empty; give it a value or leave it unset"
        case .lineBreakOrNUL:
            "holds a line break or a NUL, which could add directives; remove it"
        case .tooLong(let limit):
            "is longer than \(limit) bytes; choose a shorter one"
        case .notAbsolute:
            "is not an absolute path; begin it with /"
        case .notIn(let range):
            "is out of range; use \(range.lowerBound) to \(range.upperBound)"
        case .characters(let allowed):
            "holds a character that can't be used here; use \(allowed)"
        case .lostBySentinelRewrite:
            "would not survive Sentinel, which rewrites its file without quotes; "
                + "choose one without spaces, quotes, # and control characters"
        case .wildcardNotAnnounced:
            "is a wildcard, an address that nobody can connect to; set ANNOUNCE_IP too"
        }
    }
}

extension SettingsProblem {
    var explanation: String {
        switch self {
        case .unbalancedQuotes:
            "unbalanced quotes, or text right after a closing quote; Redis would not start with it"
        case .decidedByInterrex(let directive):
            "\(directive) is decided by Interrex at every start; remove it"
        case .secretUnknownToInterrex(let directive, let variable):
            "\(directive) would lock out replicas, sentinels and Interrex itself; set \(variable) instead"
        case .plaintextOnly(let directive):
            "\(directive) asks for TLS or no port at all, and replicas, sentinels and Interrex use the plaintext port; remove it"
        case .sentinelUser:
            "sentinel sentinel-user would lock out Interrex, which logs in to sentinels as their default user; remove it"
        case .usersTwice:
            "users are defined by an aclfile and by user lines, and the server would not start; keep one of the two"
        case .openDoor(let variable):
            "\(variable) is set, but with these users anybody gets in without a password (an aclfile takes the place of requirepass); "
                + "define the user default with that password, or off; beside REDIS_USERNAME it may have what only looks, as +ping "
                + "+info +@read"
        case .userIsOff(let name):
            "the user \(name), as whom replicas, sentinels and Interrex log in, is off; add on"
        case .otherPassword(let name, let variable):
            "the user \(name), as whom replicas, sentinels and Interrex log in, has another password than \(variable); "
                + "add it to this line"
        case .unreadableACLFile(let path, let why):
            "the aclfile \(path) can't be read (\(why)); correct its path (a relative one begins in DATA_DIR) or its mode"
        case .byteOrderMark:
            "a byte order mark, which Redis takes for a directive; save the file as UTF-8 without one"
        case .nul:
            "a NUL byte, which ends a configuration file for Redis; is it text? remove it"
        case .noText:
            "this is not UTF-8 text, and no value either that could be kept as it is; save the file as UTF-8"
        case .noUTF8(let directive):
            "\(directive) is not UTF-8 text, and Interrex could not find what it names; use UTF-8"
        case .malformedInclude:
            "include takes one path; quote it where it holds spaces"
        case .unreadableInclude(let path, let why):
            "it includes \(path), which can't be read (\(why)), and redis-server ends there; correct the path or its mode"
        case .includedTooDeep(let limit):
            "files include each other more than \(limit) deep; does one include itself?"
        case .includedTooMuch(let limit):
            "the included files are more than \(limit) bytes together; include fewer"
        case .includeInTemplate:
            "a template can't include files, since nobody would have judged them; put the line into REDIS_CONF"
        case .undone(let directive):
            "\(directive) says something else than Interrex decided, and the last one wins; correct the template"
        case .lacking(let directive):
            "the template ends without \(directive), which Interrex decides; add it, as the shipped template has it"
        case .sentinelArgument:
            "--sentinel makes another server of it; use interrex sentinel"
        case .standardInput:
            "- would make the server read settings from standard input; put them into REDIS_CONF"
        case .fileArgument:
            "the first argument is no option; name a settings file in REDIS_CONF, and begin each option with --"
        case .namelessArgument:
            "an option has no name; write --name value"
        }
    }
}
