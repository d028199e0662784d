import Testing
import Vocabulary

@testable import Rendering

/// Names of every kind: two values, whole lines, a list of two, an empty list, an optional value there and not there.
private let scope = Scope([
    "name": .value("x"), "spaced": .value("a b"), "broken": .value("a\nb"), "lines": .lines("p\nq"),
    "two": .addresses([Address(host: "h1", port: 1)!, Address(host: "h2", port: 2)!]), "none": .addresses([]),
    "yes": .condition(true), "no": .condition(false), "set": .optional("set", "s"), "unset": .optional("unset", nil),
])

private let known = ["broken", "lines", "name", "no", "none", "set", "spaced", "two", "unset", "yes"]

private func render(_ text: String) throws(RenderingError) -> String {
    try Template(SourceText(text)).render(scope)
}

@Suite(.timeLimit(.minutes(5))) struct TemplateTests {
    @Test(
        "each construct",
        arguments: [
            ("", ""), ("text", "text"), ("a {b} }} c", "a {b} }} c"), ("{ {{name}} }", "{ x }"),
            ("{{name}}", "x"), ("{{ name }}", "x"), ("{{\tname }}", "x"), ("{{{name}}}", "x"), ("{{{ name }}}", "x"),
            ("{{spaced}}", "\"a b\""), ("{{{spaced}}}", "a b"), ("{{{broken}}}", "a\nb"), ("{{{lines}}}\n", "p\nq\n"),
            ("{{#yes}}a{{/yes}}", "a"), ("{{#no}}a{{/no}}", ""), ("{{^yes}}a{{/yes}}", ""), ("{{^no}}a{{/no}}", "a"),
            ("{{# yes }}a{{/ yes }}", "a"), ("{{#two}}{{host}}:{{port}} {{/two}}", "h1:1 h2:2 "),
            ("{{#none}}{{host}}{{/none}}", ""), ("{{^none}}e{{/none}}", "e"), ("{{^two}}e{{/two}}", ""),
            ("{{#set}}{{set}}{{name}}{{/set}}", "sx"), ("{{#unset}}{{unset}}{{/unset}}", ""),
            ("{{#two}}{{#set}}{{host}}{{set}}{{/set}}{{/two}}", "h1sh2s"), ("{{#yes}}{{#yes}}a{{/yes}}{{/yes}}", "a"),
            ("{{! c }}", ""), ("a{{! c }}b", "ab"), ("{{! two\nlines }}a", "a"), ("{{!}}", ""), ("{{!#yes}}", ""),
        ])
    func construct(_ template: String, _ expected: String) throws {
        #expect(try render(template) == expected)
    }

    @Test(
        "a line with nothing but a section's tag or a comment disappears",
        arguments: [
            ("a\n{{#yes}}\nb\n{{/yes}}\nc\n", "a\nb\nc\n"), ("a\n  {{#yes}}\t\nb\n {{/yes}} \nc", "a\nb\nc"),
            ("a\r\n{{#yes}}\r\nb\r\n{{/yes}}\r\nc\r\n", "a\r\nb\r\nc\r\n"), ("{{#no}}\nb\n{{/no}}", ""),
            ("{{^no}}\nb\n{{/no}}", "b\n"), ("a\n{{! c }}\nb", "a\nb"), ("a\n {{! two\n lines }} \nb", "a\nb"),
            ("a\n{{#no}}\n{{#no}}\nb\n{{/no}}\n{{/no}}\nc", "a\nc"), ("{{#yes}} a {{/yes}}\nb", " a \nb"),
            ("a\n\n{{#yes}}\n\nb\n{{/yes}}\n\nc", "a\n\n\nb\n\nc"), ("{{#yes}}{{/yes}}\na", "\na"),
            ("a {{! c }}\nb", "a \nb"), ("{{! c }} a\nb", " a\nb"), ("  {{name}}  \n", "  x  \n"),
            ("{{#two}}\nk {{host}} {{port}}\n{{/two}}\n", "k h1 1\nk h2 2\n"), ("  {{! c }}", ""),
            ("a\n{{{lines}}}\nb\n", "a\np\nq\nb\n"), ("{{! c }}\r", ""), ("{{! c }}\rx", "\rx"),
        ])
    func standalone(_ template: String, _ expected: String) throws {
        #expect(try render(template) == expected)
    }

    @Test(
        "each mistake is an error with its line",
        arguments: [
            ("\0", 1, .nul), ("a\n\0", 2, .nul), ("{{name", 1, .unclosedTag), ("\n\n{{{name}", 3, .unclosedTag),
            ("{{na\nme}}", 1, .unclosedTag), ("{{! c", 1, .unclosedTag), ("{{", 1, .unclosedTag),
            ("{{#yes}}{{/yes", 1, .unclosedTag),
            ("{{}}", 1, .malformedTag("{{}}")), ("{{ }}", 1, .malformedTag("{{ }}")),
            ("{{a b}}", 1, .malformedTag("{{a b}}")), ("{{Name}}", 1, .malformedTag("{{Name}}")),
            ("{{a.b}}", 1, .malformedTag("{{a.b}}")), ("{{.}}", 1, .malformedTag("{{.}}")),
            ("{{&name}}", 1, .malformedTag("{{&name}}")), ("{{>name}}", 1, .malformedTag("{{>name}}")),
            ("{{=<% %>=}}", 1, .malformedTag("{{=<% %>=}}")), ("\n{{#}}", 2, .malformedTag("{{#}}")),
            ("{{/}}", 1, .malformedTag("{{/}}")), ("{{{#yes}}}", 1, .malformedTag("{{{#yes}}}")),
            ("{{name}}}", 1, .malformedTag("{{name}}}")), ("{{{name}}", 1, .malformedTag("{{{name}}")),
            ("{{{{name}}}}", 1, .malformedTag("{{{{name}}}}")), ("{{name-x}}", 1, .malformedTag("{{name-x}}")),
            ("{{é}}", 1, .malformedTag("{{é}}")),
            ("{{#yes}}", 1, .unclosedSection("yes")), ("\n{{^no}}\n\na", 2, .unclosedSection("no")),
            ("a\n{{/yes}}\n", 2, .closedWithoutOpening("yes")),
            ("{{#yes}}{{/yes}}{{/yes}}", 1, .closedWithoutOpening("yes")),
            ("{{#yes}}\n{{#no}}\n{{/yes}}\n{{/no}}", 3, .crossedSections(open: "no", openedAt: 2, closed: "yes")),
            ("{{#yes}}{{/no}}", 1, .crossedSections(open: "yes", openedAt: 1, closed: "no")),
            ("{{! a\nb }}\n{{nope}}", 3, .unknownName("nope", known: known)),
            ("{{nope}}", 1, .unknownName("nope", known: known)), ("{{{nope}}}", 1, .unknownName("nope", known: known)),
            ("{{#nope}}{{/nope}}", 1, .unknownName("nope", known: known)),
            ("{{^nope}}{{/nope}}", 1, .unknownName("nope", known: known)),
            ("{{host}}", 1, .unknownName("host", known: known)),
            ("{{#no}}\n{{nope}}{{/no}}", 2, .unknownName("nope", known: known)),
            ("{{^yes}}\n{{nope}}{{/yes}}", 2, .unknownName("nope", known: known)),
            ("{{#none}}{{nope}}{{/none}}", 1, .unknownName("nope", known: (known + ["host", "port"]).sorted())),
            ("{{^none}}{{host}}{{/none}}", 1, .unknownName("host", known: known)),
            ("{{yes}}", 1, .sectionUsedAsValue("yes")), ("{{{two}}}", 1, .sectionUsedAsValue("two")),
            ("{{set}}", 1, .sectionUsedAsValue("set")), ("{{^set}}{{set}}{{/set}}", 1, .sectionUsedAsValue("set")),
            ("{{#unset}}{{no}}{{/unset}}", 1, .sectionUsedAsValue("no")),
            ("{{#name}}{{/name}}", 1, .valueUsedAsSection("name")),
            ("{{^name}}{{/name}}", 1, .valueUsedAsSection("name")),
            ("{{#lines}}{{/lines}}", 1, .valueUsedAsSection("lines")),
            ("{{#set}}{{#set}}{{/set}}{{/set}}", 1, .valueUsedAsSection("set")),
            ("{{#unset}}{{#unset}}{{/unset}}{{/unset}}", 1, .valueUsedAsSection("unset")),
            ("{{lines}}", 1, .linesUsedAsValue("lines")),
        ] as [(String, Int, TemplateProblem)])
    func mistake(_ template: String, _ line: Int, _ problem: TemplateProblem) {
        #expect(throws: RenderingError.template(source: "a test", line: line, problem)) { try render(template) }
    }

    @Test("sections may be inside each other up to a limit")
    func depth() throws {
        let limit = TemplateParser.depthLimit
        let nested = { (depth: Int) in
            String(repeating: "{{#yes}}", count: depth) + "a" + String(repeating: "{{/yes}}", count: depth)
        }
        #expect(try render(nested(limit)) == "a")
        #expect(throws: RenderingError.template(source: "a test", line: 1, .tooDeep(limit: limit))) {
            try render(nested(limit + 1))
        }
    }

    @Test("forty thousand sections take no longer than their text is long")
    func manySections() throws {
        let text = String(repeating: "{{^yes}}a{{/yes}}", count: 40_000)
        let took = try ContinuousClock().measure { _ = try Template(SourceText(text)) }
        // The square of their number would be minutes.
        #expect(took < .seconds(20))
    }

    @Test("a value with a line break is refused where it would be quoted")
    func brokenValue() {
        #expect(throws: RenderingError.value(name: "broken", .lineBreakOrNUL)) { try render("{{broken}}") }
    }

    @Test("a value is never read as a template")
    func valuesAreNotTemplates() throws {
        let scope = Scope(["a": .value("{{b}}"), "b": .value("x"), "c": .lines("{{b}}\n{{#d}}")])
        #expect(try Template(SourceText("{{{a}}} {{{c}}}")).render(scope) == "{{b}} {{b}}\n{{#d}}")
    }

    @Test("random text never traps, and text without braces comes back as it is", arguments: 0..<10 as Range<UInt64>)
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let tags = ["{{", "}}", "{{{", "}}}", "#", "^", "/", "!"]
        let pieces = tags + ["yes", "name", "two", "host", " ", "\n", "\r\n", "é", "\""]
        for _ in 0..<500 {
            let text = (0..<12).map { _ in pieces.randomElement(using: &random)! }.joined()
            _ = try? render(text)
            let plain = random.string(upTo: 30).filter { $0 != "{" }
            #expect(try render(plain) == plain, "seed \(seed)")
        }
    }
}
