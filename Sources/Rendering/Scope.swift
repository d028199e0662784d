import Vocabulary

/// What a name of a template stands for.
enum Binding: Equatable, Sendable {
    /// One word: `{{name}}` quotes it as Redis needs, `{{{name}}}` sets it in as it is.
    case value(String)

    /// Whole lines, already rendered: only `{{{name}}}`.
    case lines(String)

    /// `{{#name}}...{{/name}}`: rendered once for each scope. A condition that holds has one scope. `inner` are the
    /// names of every scope, known even where there is none, so that a misspelt name shows at once.
    case section([Scope], inner: Set<String>)
}

/// The names that a template may use, with what they stand for.
struct Scope: Equatable, Sendable {
    var bindings: [String: Binding]

    init(_ bindings: [String: Binding] = [:]) {
        self.bindings = bindings
    }
}

extension Binding {
    /// A section that is there where `value` is, and in which `{{name}}` gives that value.
    static func optional(_ name: String, _ value: String?) -> Binding {
        .section(value.map { [Scope([name: .value($0)])] } ?? [], inner: [name])
    }

    /// A section that is rendered for each of `addresses`, with `host` and `port`.
    static func addresses(_ addresses: [Address]) -> Binding {
        .section(addresses.map(Scope.init), inner: ["host", "port"])
    }

    /// A section that says whether something holds, with no names of its own.
    static func condition(_ holds: Bool) -> Binding {
        .section(holds ? [Scope()] : [], inner: [])
    }
}

extension Scope {
    init(_ address: Address) {
        self.init(["host": .value(address.host.description), "port": .value(String(address.port))])
    }

    /// Every inner name with an empty value: to look through a section that is not rendered.
    init(placeholdersFor names: Set<String>) {
        self.init(Dictionary(uniqueKeysWithValues: names.map { ($0, Binding.value("")) }))
    }
}

extension Scope {
    /// These names, and `settings` with the rendered lines; the template's own line end takes the place of their last.
    func with(settings: String) -> Scope {
        var lines = Array(settings.utf8)
        while let last = lines.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { lines.removeLast() }
        var scope = self
        scope.bindings["settings"] = .lines(String(decoding: lines, as: UTF8.self))
        return scope
    }
}
