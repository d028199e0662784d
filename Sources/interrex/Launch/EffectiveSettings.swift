import Cluster
import Glibc
import Rendering

/// The settings that a redis-server ends up with: those of the rendered file, with the files that it includes set into
/// it, then those of the arguments that follow the file. The last line of a directive wins.
///
/// - Parameter folder: where relative paths begin.
func effectiveSettings(_ rendered: String, arguments: [String], folder: String) -> String {
    including(rendered + "\n" + settings(ofArguments: arguments), folder: folder, depth: 0)
}

/// Redis makes one line of each option and its values (server.c, `main`): `--appendonly yes`, in one argument or two.
private func settings(ofArguments arguments: [String]) -> String {
    var text = ""
    var awaitsValue = false
    for (index, argument) in arguments.enumerated() {
        if argument.hasPrefix("--"), !awaitsValue {
            text += "\n\(argument.dropFirst(2)) "
            // What follows a bare name is its value, whatever it looks like; `--save` alone may go without.
            let next = index + 1 < arguments.count ? arguments[index + 1] : ""
            let isSave = argument.lowercased() == "--save" && next.hasPrefix("--")
            awaitsValue = RedisQuoting.split(argument)?.count == 1 && !isSave
        } else {
            text += quoted(argument) + " "
            awaitsValue = false
        }
    }
    return text + "\n"
}

/// In double quotes, with every byte escaped: a value may hold line ends.
private func quoted(_ value: String) -> String {
    let digits = value.utf8.map { ($0 < 16 ? "\\x0" : "\\x") + String($0, radix: 16) }
    return "\"\(digits.joined())\""
}

private func including(_ text: String, folder: String, depth: Int) -> String {
    guard text.utf8.count < 1_048_576, text.lowercased().contains("include") else { return text }
    var lines: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        guard let words = RedisQuoting.split(String(line)), words.count == 2, words[0].lowercased() == "include" else {
            lines.append(String(line))
            continue
        }
        // A file that includes itself would never end, in Redis neither.
        guard depth < 8 else { continue }
        for path in files(matching: words[1].hasPrefix("/") ? words[1] : "\(folder)/\(words[1])") {
            guard let bytes = readFile(path) else { continue }
            lines.append(including(String(decoding: bytes, as: UTF8.self), folder: folder, depth: depth + 1))
        }
    }
    return lines.joined(separator: "\n")
}

/// `include` takes patterns (config.c, `loadServerConfig`).
private func files(matching pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
}
