/// How the files that an `include` names are read: its path, absolute, perhaps with wildcards, gives them in their
/// order.
public typealias IncludedFiles = (_ path: String) throws(SettingsProblem) -> [SourceText]

/// Puts included files into their places, line by line as Redis reads them (config.c, `loadServerConfigFromString`).
///
/// Redis changes into `dir` as it reads that line, so a relative `include` is looked for in the last `dir` above it,
/// whichever file that stands in.
struct Flattening {
    private(set) var settings = FlatSettings()
    private var lines: [String] = []
    private let start: String
    private var folder: String
    private var depth = 0
    private var size = 0
    private let judge: Judge
    private let files: IncludedFiles

    /// Redis itself has no limit, and never comes to an end with a file that includes itself.
    static let depthLimit = 16
    /// Of all included files, in bytes.
    static let sizeLimit = 4_194_304

    /// - Parameter folder: where relative paths begin: an absolute path.
    init(folder: String, judge: Judge, files: @escaping IncludedFiles) {
        self.judge = judge
        start = Self.path(folder)
        self.folder = folder
        self.files = files
    }

    /// - Throws: `RenderingError` with the place of the line.
    mutating func add(_ text: String, from source: FlatSettings.Origin.Source) throws(RenderingError) {
        for (index, line) in SettingsText.allLines(of: text).enumerated() {
            try add(line, FlatSettings.Origin(source: source, line: index + 1))
        }
        settings.text = lines.joined(separator: "\n")
    }

    /// The settings of the server's arguments, which follow all others.
    mutating func add(arguments: [String]) throws(RenderingError) {
        if arguments.isEmpty { return }
        lines.append("# from the arguments after --")
        try add(settingsText(ofArguments: arguments, of: judge.server), from: .arguments)
    }

    private mutating func add(_ line: String, _ origin: FlatSettings.Origin) throws(RenderingError) {
        switch SettingsText.content(of: line) {
        case .nothing: lines.append(line)
        case .unbalanced: throw origin.error(.unbalancedQuotes)
        case .words(let words) where words[0] == "include":
            guard words.count == 2 else { throw origin.error(.malformedInclude) }
            try checkText(words, origin)
            try include(words[1], origin)
        case .words(let words) where words[0] == "dir" && words.count == 2:
            try checkText(words, origin)
            folder = path(words[1])
            leaveOut(["dir", Self.path(folder)], origin, says: Self.path(folder) != start)
        case .words(let words):
            try checkText(words, origin)
            switch judge.verdict(on: words) {
            case .obeyed:
                settings.directives.append(FlatSettings.Directive(words: words, origin: origin))
                lines.append(line)
            case .leftOut: leaveOut(words, origin, says: true)
            case .refused(let problem): throw origin.error(problem)
            }
        }
    }

    private mutating func leaveOut(_ words: [String], _ origin: FlatSettings.Origin, says: Bool) {
        let what = Judge.shown(words)
        // It may hold anything, but a comment ends with its line.
        let isOneLine = !RedisQuoting.holdsLineBreakOrNUL(what)
        lines.append("# left out, since Interrex decides it: \(isOneLine ? what : words[0])")
        if says {
            settings.leftOut.append(FlatSettings.LeftOut(what: what, source: origin.name, line: origin.line))
        }
    }

    /// Interrex looks for these files itself, and can name them in UTF-8 only.
    private func checkText(_ words: [String], _ origin: FlatSettings.Origin) throws(RenderingError) {
        guard Self.paths.contains(words[0]), words.dropFirst().contains(where: { $0.contains("\u{FFFD}") }) else {
            return
        }
        throw origin.error(.noUTF8(directive: words[0]))
    }

    private static let paths: Set<String> = [
        "dir", "include", "aclfile", "logfile", "dbfilename", "appendfilename", "appenddirname",
    ]

    private mutating func include(_ path: String, _ origin: FlatSettings.Origin) throws(RenderingError) {
        guard depth < Self.depthLimit else { throw origin.error(.includedTooDeep(limit: Self.depthLimit)) }
        let found: [SourceText]
        do {
            found = try files(self.path(path))
        } catch {
            throw origin.error(error)
        }
        size += found.reduce(0) { $0 + $1.text.utf8.count }
        guard size <= Self.sizeLimit else { throw origin.error(.includedTooMuch(limit: Self.sizeLimit)) }
        depth += 1
        defer { depth -= 1 }
        for (line, origin) in Self.joined(found) {
            if origin.line == 1, case .file(let name) = origin.source, let name = try? RedisQuoting.quote(name) {
                lines.append("# from \(name)")
            }
            try add(line, origin)
        }
    }

    /// Redis puts the files of one pattern behind each other as they are: the last line of one that has no line end
    /// goes on with the next (config.c, `loadServerConfig`).
    private static func joined(_ files: [SourceText]) -> [(String, FlatSettings.Origin)] {
        var lines: [(text: String, origin: FlatSettings.Origin)] = []
        var isOpen = false
        for file in files where !file.text.isEmpty {
            for (index, line) in SettingsText.allLines(of: file.text).enumerated() {
                if isOpen, index == 0 {
                    lines[lines.count - 1].text += line
                } else {
                    lines.append((line, FlatSettings.Origin(source: .file(file.name), line: index + 1)))
                }
            }
            isOpen = file.text.utf8.last != UInt8(ascii: "\n")
            if !isOpen { lines.removeLast() }
        }
        return lines
    }

    /// `path` as seen from the folder, with whatever stands in it: only the system knows where `..` leads behind a
    /// link.
    private func path(_ path: String) -> String {
        path.utf8.first == UInt8(ascii: "/") ? path : "\(folder)/\(path)"
    }

    /// An absolute path without `.`, `..` and slashes that say nothing: for people, and to compare.
    static func path(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
