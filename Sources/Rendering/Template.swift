/// A parsed template: a strict subset of Mustache, in which every mistake is an error and none an empty string.
///
/// - `{{name}}` is the value as one word, quoted as Redis needs; `{{{name}}}` the value as it is.
/// - `{{#name}}...{{/name}}` is rendered for each scope of a section; `{{^name}}...{{/name}}` where it has none.
/// - `{{! comment }}` is dropped, and may span lines.
/// - A line that holds nothing but a section's tag or a comment disappears (`Standalone` in Mustache's specification).
///
/// A name is looked up in the innermost section first. There are no partials, no other delimiters, no dotted names.
public struct Template: Equatable, Sendable {
    /// The name of the source, for errors.
    public let name: String
    let nodes: [Node]

    indirect enum Node: Equatable, Sendable {
        case text(String)
        case value(String, raw: Bool, line: Int)
        case section(String, inverted: Bool, line: Int, [Node])
    }

    /// Parses a template.
    ///
    /// - Throws: `RenderingError.template` with the line of the first mistake.
    public init(_ source: SourceText) throws(RenderingError) {
        var parser = TemplateParser(source)
        name = source.name
        nodes = try parser.parse()
    }
}

extension Template {
    /// The text with every name of `scope` set in.
    ///
    /// Sections that are not rendered are looked through all the same: an unknown name in one is an error now, not on
    /// the day on which the section is first needed.
    func render(_ scope: Scope) throws(RenderingError) -> String {
        var output = ""
        try render(nodes, [scope], into: &output)
        return output
    }

    private func render(_ nodes: [Node], _ scopes: [Scope], into output: inout String) throws(RenderingError) {
        for node in nodes {
            switch node {
            case .text(let text):
                output += text
            case .value(let name, let raw, let line):
                output += try value(of: name, raw: raw, line, scopes)
            case .section(let name, let inverted, let line, let inside):
                let (present, inner) = try section(name, line, scopes)
                var unused = ""
                if inverted {
                    if present.isEmpty {
                        try render(inside, scopes, into: &output)
                    } else {
                        try render(inside, scopes, into: &unused)
                    }
                } else if present.isEmpty {
                    try render(inside, scopes + [Scope(placeholdersFor: inner)], into: &unused)
                }
                for scope in inverted ? [] : present {
                    try render(inside, scopes + [scope], into: &output)
                }
            }
        }
    }

    private func value(of name: String, raw: Bool, _ line: Int, _ scopes: [Scope]) throws(RenderingError) -> String {
        switch try binding(of: name, line, scopes) {
        case .value(let value) where raw:
            return value
        case .value(let value):
            do {
                return try RedisQuoting.quote(value)
            } catch {
                throw .value(name: name, error)
            }
        case .lines(let lines):
            guard raw else { throw error(line, .linesUsedAsValue(name)) }
            return lines
        case .section:
            throw error(line, .sectionUsedAsValue(name))
        }
    }

    private func section(
        _ name: String, _ line: Int, _ scopes: [Scope]
    ) throws(RenderingError) -> (present: [Scope], inner: Set<String>) {
        guard case .section(let present, let inner) = try binding(of: name, line, scopes) else {
            throw error(line, .valueUsedAsSection(name))
        }
        return (present, inner)
    }

    private func binding(of name: String, _ line: Int, _ scopes: [Scope]) throws(RenderingError) -> Binding {
        for scope in scopes.reversed() {
            if let binding = scope.bindings[name] { return binding }
        }
        let known = scopes.reduce(into: Set<String>()) { $0.formUnion($1.bindings.keys) }
        throw error(line, .unknownName(name, known: known.sorted()))
    }

    private func error(_ line: Int, _ problem: TemplateProblem) -> RenderingError {
        .template(source: name, line: line, problem)
    }
}
