/// A rendered file with every password replaced by `<hidden>`: what `--render-only` prints.
///
/// Lines stay as they are but for the secret words. It knows `requirepass`, `masterauth`, the key passphrases of TLS,
/// `sentinel auth-pass` and `sentinel sentinel-pass`, and the passwords and hashes of a `user`, also where such a line
/// is commented out. A secret directive that can't be split into words loses all that follows its name, and so does
/// what may be one with its name misspelt.
public func redacted(_ text: String) -> String {
    SettingsText.allLines(of: text).map { redacted(line: $0) }.joined(separator: "\n")
}

/// The words that `redacted` hides, as Redis reads them, and so repeats them: without the quotes of the file. Comments
/// have none.
public func secrets(in text: String) -> [String] {
    SettingsText.lines(of: text).flatMap { line -> [String] in
        guard let words = line.words, let start = secretStart(words), start < words.count else { return [] }
        return words[0] == "user" ? words[start...].filter(isSecretRule) : Array(words[start...])
    }
}

private let hidden = "\"<hidden>\""

/// Directives whose only argument is a secret.
private let secretDirectives: Set<String> = [
    "requirepass", "masterauth", "primaryauth", "tls-key-file-pass", "tls-client-key-file-pass",
]

private func redacted(line: String) -> String {
    let isLead: (UInt8) -> Bool = { RedisQuoting.isSpace($0) || $0 == UInt8(ascii: "#") }
    let lead = String(decoding: line.utf8.prefix(while: isLead), as: UTF8.self)
    let body = String(decoding: line.utf8.drop(while: isLead), as: UTF8.self)
    let lineEnd = body.utf8.last == UInt8(ascii: "\r") ? "\r" : ""
    let isComment = lead.contains("#")
    guard let words = RedisQuoting.split(body) else {
        let plain = body.split(whereSeparator: { $0.isWhitespace }).map(String.init)
        let count = secretStart(plain) ?? plain.count
        return count < plain.count ? lead + (plain[..<count] + [hidden]).joined(separator: " ") + lineEnd : line
    }
    guard let start = secretStart(words), start < words.count else { return line }
    // A sentence that happens to begin with a directive's name is no secret.
    if isComment, words[0].lowercased() != "user", words.count != start + 1 { return line }
    let isUser = words[0].lowercased() == "user"
    let shown = words.enumerated().map { index, word in
        if index < start { return quoted(word) }
        guard isUser else { return hidden }
        // In a comment most words are just words.
        guard isComment ? secretLeads.contains(word.first ?? " ") : isSecretRule(word) else { return quoted(word) }
        return word.first.map(secretLeads.contains) == true ? "\"\(word.prefix(1))<hidden>\"" : hidden
    }
    return lead + shown.joined(separator: " ") + lineEnd
}

/// The index of the first word that may be secret, where the line is one that has secrets.
private func secretStart(_ words: [String]) -> Int? {
    guard let name = words.first?.lowercased() else { return nil }
    if secretDirectives.contains(name) { return 1 }
    if name == "user" { return 2 }
    guard name == "sentinel", words.count > 1 else { return isMisspeltSecret(name) ? 1 : nil }
    switch words[1].lowercased() {
    case "auth-pass": return 3
    case "sentinel-pass": return 2
    case let name: return isMisspeltSecret(name) ? 2 : nil
    }
}

private let secretLeads: Set<Character> = [">", "<", "#", "!"]

/// What a rule of a user may be that is no password (acl.c, `ACLSetUser`, `ACLSetSelector`).
private let plainRules: Set<String> = [
    "on", "off", "nopass", "resetpass", "reset", "resetkeys", "resetchannels", "allkeys", "allchannels", "allcommands",
    "nocommands", "sanitize-payload", "skip-sanitize-payload", "clearselectors",
]

/// Whether it is the password or the hash of a user; or one without the sign that goes before it.
private func isSecretRule(_ word: String) -> Bool {
    guard let first = word.first else { return false }
    return secretLeads.contains(first) || !"+-~&%()".contains(first) && !plainRules.contains(word.lowercased())
}

private func quoted(_ word: String) -> String {
    (try? RedisQuoting.quote(word)) ?? hidden
}
