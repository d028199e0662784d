import Fuzzing

@testable import Cluster
@testable import WatcherText
@testable import ZooKeeper

typealias Failure = Cluster.Failure

/// A value of the environment as each variable that there is, and the file of a secret.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Input(start, count).bytes
    checkSecretFile(bytes)
    guard let text = String(validating: bytes, as: UTF8.self) else { return 0 }
    checkNumbers(text)
    checkRegistry(text)
    checkServers(text)
    checkRoots(text)
    checkPath(text)
    checkAccounts(text)
    return 0
}

/// What `read` gives of an environment in which `name` is `text`; a refusal is one line, and always for what is more.
func reading<Value>(
    _ name: String, _ text: String, _ read: (Environment) throws(Failure) -> Value
) -> Value? {
    do {
        let value = try read(Environment([name: text]))
        check(isOneLine(text), "\(name) may be more than a line")
        return value
    } catch {
        check(error.code == .badConfiguration && error.description.hasPrefix(name), "\(error) is not about \(name)")
        check(
            isPrintable(error.description) && error.description.utf8.count <= longestLine,
            "a failure of more than a line")
        return nil
    }
}

private func checkNumbers(_ text: String) {
    if let number = reading("PORT0", text, { e throws(Failure) in try e.number("PORT0", default: 1, in: 1...65_535) }) {
        check((1...65_535).contains(number), "port \(number)")
        check(text.isEmpty || Int(text) == number, "\(text) is \(number)")
    }
    let range = Duration.milliseconds(100)...Duration.seconds(600)
    let duration = reading("TIME", text) { e throws(Failure) in
        try e.duration("TIME", default: .seconds(1), in: range)
    }
    if let duration { check(range.contains(duration), "\(text) is \(duration)") }
    // The widest range that a variable has.
    _ = reading("TIME", text) { e throws(Failure) in
        try e.duration("TIME", default: .seconds(1), in: .zero ... .seconds(999_999_999 * 60))
    }
    if let lag = Lag(text) {
        switch lag {
        case .time(let time): check(time >= .zero, "\(text) is \(time)")
        case .bytes(let bytes): check(bytes >= 0, "\(text) is \(bytes)")
        }
    }
    if let seconds = Timestamp.seconds(text) { check(seconds.isFinite && text.utf8.count < 50, "\(text) is a time") }
}

private func checkRegistry(_ text: String) {
    for name in ["ZK_HOSTS", "ZK_ROOT", "ZK_AUTH", "ZK_SESSION_TIMEOUT"] {
        guard let settings = reading(name, text, { e throws(Failure) in try RegistrySettings(e) }) else { continue }
        check(!settings.servers.servers.isEmpty, "no server")
        check(isRoot(settings.root), "\(settings.root) is a root")
        if let digest = settings.digest { check(digest.text.contains(":"), "a digest without a password") }
    }
}

/// What stands in the mark of every server, unquoted.
private func isRoot(_ text: String) -> Bool {
    text.utf8.first == UInt8(ascii: "/")
        && text.utf8.allSatisfy { (0x2d...0x39).contains($0) || $0 == 0x5f || (0x61...0x7a).contains($0 | 0x20) }
        && !"\(text)/".contains("//") && !"\(text)/".contains("/./") && !"\(text)/".contains("/../")
}

private func checkServers(_ text: String) {
    guard let servers = try? ConnectString(text) else { return }
    for server in servers.servers {
        let colon = server.lastIndex(of: ":")!
        check((1...65_535).contains(Int(server[server.index(after: colon)...]) ?? 0), "\(server) has no port")
        check(
            server.utf8.allSatisfy { (0x21...0x7e).contains($0) && !",/@".utf8.contains($0) }, "\(server) is a server")
    }
    if !servers.chroot.isEmpty { check(ZNodePath.problem(servers.chroot) == nil, "\(servers.chroot) is no path") }
    // What was accepted once must be accepted again: a throw is a finding.
    check(try! ConnectString(servers.description) == servers, "\(servers) is read as another")
    _ = servers.isNumeric
}

private func checkRoots(_ text: String) {
    guard let roots = reading("ZK_ROOT", text, { e throws(Failure) in try Roots(e) }) else { return }
    check(!(roots.clusters + roots.parents).isEmpty, "no root")
    check((roots.clusters + roots.parents).allSatisfy(isRoot), "\(roots) are roots")
    check(Set(roots.clusters).count == roots.clusters.count, "a root twice")
}

/// What the server would refuse (`PathUtils.validatePath`), we refuse.
private func checkPath(_ text: String) {
    guard ZNodePath.problem(text) == nil else { return }
    let names = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Array($0) }
    check(names.first == [], "\(text) begins with no slash")
    if names != [[], []] {
        check(names.dropFirst().allSatisfy { ![[], [0x2e], [0x2e, 0x2e]].contains($0) }, "\(text) is relative")
    }
    check(
        isOneLine(text) && !text.unicodeScalars.contains { $0.properties.generalCategory == .control },
        "a control character")
    for chroot in ["", "/redis", "/a/b"] {
        let full = ZNodePath.full(text, chroot: chroot)
        check(ZNodePath.relative(full, chroot: chroot).utf8.elementsEqual(text.utf8), "\(text) comes back as another")
    }
    _ = ZNodePath.parents(text)
}
