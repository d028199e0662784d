package import Vocabulary

/// An examination as it is shown.
public struct DoctorReport: Sendable {
    private let examination: Examination
    private let root: String
    /// Whether what passes is shown as well.
    private let isVerbose: Bool

    public init(_ examination: Examination, root: String, isVerbose: Bool = false) {
        self.examination = examination
        self.root = root
        self.isVerbose = isVerbose
    }

    /// The worst first, and the count of all at the end.
    public func lines(on canvas: Canvas) -> [String] {
        var lines: [String] = []
        for mark in [CheckResult.Mark.fail, .warn] {
            for entry in examination.entries {
                for group in Self.alike(entry.results.filter { $0.mark == mark }) {
                    lines += self.lines(entry, group, on: canvas)
                }
            }
        }
        lines += unknown(on: canvas)
        if isVerbose {
            for entry in examination.entries where entry.mark == .pass {
                lines += passed(entry, on: canvas)
            }
        }
        return lines + canvas.wrapped(summary)
    }

    /// Results that say the same of several things, together.
    private static func alike(_ results: [CheckResult]) -> [[CheckResult]] {
        var groups: [[CheckResult]] = []
        for result in results {
            if let index = groups.firstIndex(where: { $0[0].cause == result.cause }) {
                groups[index].append(result)
            } else {
                groups.append([result])
            }
        }
        return groups
    }

    private func lines(_ entry: Examination.Entry, _ results: [CheckResult], on canvas: Canvas) -> [String] {
        let mark = results[0].mark
        let subjects = results.compactMap(\.subject?.shown)
        // Names and colours take no part in the wrapping.
        let head = canvas.wrapped(subjects.joined(separator: ", "), indent: 8 + entry.check.name.count, hanging: 6)
        var fixes: [String] = []
        for fix in results.flatMap(\.fix) where !fixes.contains(fix) { fixes.append(fix) }
        let title = "\(canvas.paint(mark.word, mark.tone))  \(canvas.paint(entry.check.name, .strong))"
        return [subjects.isEmpty ? title : "\(title)  \(head[0].dropFirst(8 + entry.check.name.count))"]
            + head.dropFirst() + canvas.wrapped(results[0].cause.shown, indent: 6)
            + fixes.enumerated().flatMap { canvas.command($0.element.shown, after: $0.offset == 0 ? "fix: " : "     ") }
    }

    /// Without ZooKeeper it is nearly all of them.
    private static let listedNames = 30

    /// What could not be asked, once for each reason: a server that tells nothing takes many checks their answer.
    private func unknown(on canvas: Canvas) -> [String] {
        var groups: [(subject: String?, cause: String, names: [String])] = []
        for entry in examination.entries {
            for result in entry.results where result.mark == .unknown {
                if let index = groups.firstIndex(where: { $0.subject == result.subject && $0.cause == result.cause }) {
                    groups[index].names.append(entry.check.name)
                } else {
                    groups.append((result.subject, result.cause, [entry.check.name]))
                }
            }
        }
        return groups.flatMap { subject, cause, names in
            let mark = canvas.paint(CheckResult.Mark.unknown.word, CheckResult.Mark.unknown.tone)
            let title = names.count == 1 ? names[0] : "\(names.count) checks"
            let list = (2...Self.listedNames).contains(names.count) ? " (\(names.joined(separator: ", ")))" : ""
            return ["\(mark)  \(canvas.paint(title, .strong))\(subject.map { "  \($0.shown)" } ?? "")"]
                + canvas.wrapped(cause.shown + list, indent: 6)
        }
    }

    private func passed(_ entry: Examination.Entry, on canvas: Canvas) -> [String] {
        let mark = canvas.paint(CheckResult.Mark.pass.word, CheckResult.Mark.pass.tone)
        return canvas.wrapped("\(mark)  \(entry.check.name): \(entry.check.about)", hanging: 6)
            + entry.results.flatMap { canvas.wrapped($0.cause.shown, indent: 6) }
    }

    /// `61 checks of /redis: 59 passed, 1 warn, 1 fail`.
    private var summary: String {
        let counts = [(CheckResult.Mark.pass, "passed"), (.unknown, "not known"), (.warn, "warn"), (.fail, "fail")]
            .map { (examination.count($0.0), $0.1) }.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let count = examination.entries.count
        return "\(count) check\(count == 1 ? "" : "s") of \(root): \(counts.joined(separator: ", "))"
    }

    /// `{"root":..., "checks":[{"name":..., "mark":..., "results":[...]}], "counts":{...}}`.
    package var json: JSON {
        [
            "root": .string(root),
            "counts": .object(CheckResult.Mark.allCases.map { ($0.rawValue, .number(examination.count($0))) }),
            "checks": .array(
                examination.entries.map { entry in
                    [
                        "name": .string(entry.check.name), "about": .string(entry.check.about),
                        "mark": .string(entry.mark.rawValue), "results": .array(entry.results.map(\.json)),
                    ]
                }),
        ]
    }
}

extension String {
    /// Servers and nodes have their say in it: nothing that a terminal would act on.
    fileprivate var shown: String { escapedLine(atMost: 1_600) }
}

extension CheckResult {
    fileprivate var json: JSON {
        [
            "mark": .string(mark.rawValue), "subject": JSON(subject), "cause": .string(cause),
            "fix": .array(fix.map(JSON.string)),
        ]
    }
}

extension CheckResult.Mark {
    /// In four columns.
    fileprivate var word: String {
        switch self {
        case .pass: "ok  "
        case .unknown: "?   "
        case .warn: "warn"
        case .fail: "FAIL"
        }
    }

    fileprivate var tone: Canvas.Tone {
        switch self {
        case .pass: .good
        case .unknown: .faint
        case .warn: .doubtful
        case .fail: .bad
        }
    }
}

extension Canvas {
    /// A command line, broken so that it can be pasted whole.
    fileprivate func command(_ text: String, after label: String) -> [String] {
        let indent = 6 + label.count
        // Room for the stroke at the end of a broken line.
        var canvas = self
        canvas.width = width.map { max(20, $0 - 2) }
        let isShort = indent + text.count <= canvas.width ?? .max
        let lines = canvas.wrapped(isShort ? [text] : text.shellWords, indent: indent, hanging: indent + 4)
        let whole = lines.enumerated().map { $0.offset == lines.count - 1 ? $0.element : $0.element + " \\" }
        return [String(repeating: " ", count: 6) + label + whole[0].dropFirst(indent)] + whole.dropFirst()
    }
}
