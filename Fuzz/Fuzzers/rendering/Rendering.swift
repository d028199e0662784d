import Fuzzing

@testable import Rendering

/// Templates, settings and values that come from outside.
///
/// The first byte says which optional parts there are. Then fields: settings (also taken for a template and for a line)
/// and the values of `Values`, in their order.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(start, count)
    let parts = input.byte()
    guard let bytes = input.field() else { return 0 }
    checkBytes(bytes)
    guard let text = String(validating: bytes, as: UTF8.self) else { return 0 }
    checkQuoting(text)
    checkSettings(text, parts)
    checkTemplate(text, parts)
    checkRedaction(text)
    checkValues(Values(&input), parts)
    return 0
}

/// What our splitting reads, Redis's own reads, and what is quoted is read back.
private func checkQuoting(_ text: String) {
    if !text.utf8.contains(0) {
        let words = RedisQuoting.split(text)
        let real = split(text)?.map { String(decoding: $0, as: UTF8.self) }
        check(words == real, "\(words ?? []) where Redis reads \(real ?? [])")
    }
    guard let quoted = try? RedisQuoting.quote(text) else {
        check(!isOneLine(text), "can't be quoted")
        return
    }
    check(isOneLine(text) && isOneLine(quoted), "more than a line is quoted")
    check(split("name \(quoted) \(quoted)") == [Array("name".utf8), Array(text.utf8), Array(text.utf8)], "not quoted")
    if RedisQuoting.survivesSentinelRewrite(text) {
        check(split("name \(text)") == [Array("name".utf8), Array(text.utf8)], "does not survive without quotes")
    }
}

/// Whatever the bytes of a file, what is read of it is what Redis reads: comments aside, byte by byte.
private func checkBytes(_ bytes: [UInt8]) {
    guard let text = try? SourceText(name: "bytes", bytes: bytes).text else { return }
    check(lines(text).map { split($0) } == lines(bytes: bytes).map { split(bytes: $0) }, "other lines")
}

/// Settings bring in the directives that they hold, and none in the place of Interrex's own.
private func checkSettings(_ text: String, _ parts: UInt8) {
    guard let settings = try? Template(SourceText(name: "settings", text: text)) else { return }
    let redis = RedisFile(Values(), parts)
    if let rendered = try? redis.rendered(settings: settings),
        let whole = try? redis.render(template: shippedRedis, settings: settings)
    {
        let own = modelRedis[Int(parts)]
        check(directives(whole) == own.replacingMark(with: directives(rendered)), "other directives")
        for words in directives(rendered).map({ $0.map { String(decoding: $0, as: UTF8.self).lowercased() } })
        where ["replicaof", "slaveof"].contains(words[0]) {
            check(split(words.dropFirst().joined(separator: " ")) == split("no one"), "a master of the user's own")
        }
        _ = userReplicaPriority(in: rendered)
    }
    let sentinel = SentinelFile(Values(), parts)
    if let whole = try? sentinel.render(template: shippedSentinel, settings: settings) {
        let own = modelSentinel[Int(parts)]
        let place = own.firstIndex(of: mark)!
        let (head, tail) = (own[..<place], own[(place + 1)...])
        check(directives(whole).starts(with: head), "other directives before the settings")
        check(directives(whole).reversed().starts(with: tail.reversed()), "other directives after the settings")
    }
}

private func checkTemplate(_ text: String, _ parts: UInt8) {
    do {
        let template = try Template(SourceText(name: "template", text: text))
        _ = try? RedisFile(Values(), parts).render(template: template, settings: markSettings)
        _ = try? SentinelFile(Values(), parts).render(template: template, settings: markSettings)
    } catch {
        guard case .template(_, let line, _) = error else { fatalError("\(error)") }
        check((1...1 + text.utf8.count { $0 == 0x0A }).contains(line), "a mistake in line \(line)")
        check(!error.description.isEmpty, "no reason")
    }
}

/// Lines stay where they are, and no argument of a secret directive is left.
private func checkRedaction(_ text: String) {
    let shown = redacted(text)
    check(text.utf8.count { $0 == 0x0A } == shown.utf8.count { $0 == 0x0A }, "another number of lines")
    for words in lines(shown).compactMap({ split($0) }) {
        guard let name = words.first.map({ String(decoding: $0, as: UTF8.self).lowercased() }) else { continue }
        if ["requirepass", "masterauth"].contains(name) {
            check(words.dropFirst().allSatisfy { $0 == Array("<hidden>".utf8) }, "\(name) is shown")
        }
    }
}

/// Whatever the values, the files have the same directives, with each value as the one word that it is.
private func checkValues(_ values: Values, _ parts: UInt8) {
    if let text = try? RedisFile(values, parts).render(template: shippedRedis, settings: markSettings) {
        check(directives(text) == values.set(into: modelRedis[Int(parts)]), "other directives")
        checkSecrets(values, in: text)
    }
    if let text = try? SentinelFile(values, parts).render(template: shippedSentinel, settings: markSettings) {
        check(directives(text) == values.set(into: modelSentinel[Int(parts)]), "other directives")
        checkSecrets(values, in: text)
    }
}

/// The password stands in no directive of the redacted file, unless another value holds it too.
private func checkSecrets(_ values: Values, in text: String) {
    let hidden = Array("<hidden>".utf8)
    for (words, shown) in zip(directives(text), directives(redacted(text))) {
        let secret = words.indices.filter { index in
            index > 0
                && ["requirepass", "masterauth", "auth-pass", "sentinel-pass"].contains { name in
                    words[0] == Array(name.utf8) || index == 3 && words[1] == Array(name.utf8)
                        || index == 2 && words[1] == Array("sentinel-pass".utf8) && name == "sentinel-pass"
                }
        }
        for index in secret { check(shown[index] == hidden, "a secret is shown") }
        if secret.isEmpty { check(words == shown, "more than the secrets is hidden") }
    }
}
