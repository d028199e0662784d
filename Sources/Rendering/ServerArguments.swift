/// What Redis makes of the arguments that follow its file: one line of each option and its values (server.c, `main`, of
/// Redis 7.0): `--appendonly yes`, in one argument or two.
///
/// - Throws: `RenderingError` for an argument that is no setting: `--sentinel` of redis-server, a file, `-` for
///   standard input.
func settingsText(ofArguments arguments: [String], of server: Judge.Server) throws(RenderingError) -> String {
    var lines: [String] = []
    var awaitsValue = false
    for (index, argument) in arguments.enumerated() {
        func refused(_ problem: SettingsProblem) -> RenderingError {
            FlatSettings.Origin(source: .arguments, line: max(lines.count, 1)).error(problem)
        }
        // What is no UTF-8 has got lost on the way here.
        if argument.contains("\u{FFFD}") { throw refused(.noUTF8(directive: "an argument")) }
        // Redis takes it for standard input as its last argument only; nobody means it as a value.
        if argument == "-" { throw refused(.standardInput) }
        guard argument.utf8.starts(with: "--".utf8), !awaitsValue else {
            guard let last = lines.popLast() else { throw refused(.fileArgument) }
            lines.append("\(last) \(word(argument))")
            awaitsValue = false
            continue
        }
        let words = RedisQuoting.split(argument)
        lines.append(String(argument.dropFirst(2)))
        switch words?.first?.lowercased() {
        case "--sentinel"?:
            guard case .sentinel = server else { throw refused(.sentinelArgument) }
        case "--"?: throw refused(.namelessArgument)
        default: break
        }
        // What follows a bare name is its value, whatever it looks like; `--save` alone means no snapshots, and
        // `--sentinel` alone is fine.
        let next = index + 1 < arguments.count ? arguments[index + 1] : nil
        let isBare = words?.count == 1
        let name = words?.first?.lowercased() ?? ""
        let isAlone = isBare && ["--save", "--sentinel"].contains(name) && next?.utf8.starts(with: "--".utf8) ?? true
        if isAlone, name == "--save" { lines[lines.count - 1] += " \"\"" }
        awaitsValue = isBare && !isAlone
    }
    return lines.joined(separator: "\n")
}

/// A value as one word of a line, whatever it holds.
private func word(_ value: String) -> String {
    if let quoted = try? RedisQuoting.quote(value) { return quoted }
    let digits = value.utf8.map { ($0 < 16 ? "\\x0" : "\\x") + String($0, radix: 16) }
    return "\"\(digits.joined())\""
}
