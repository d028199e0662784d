import FoundationEssentials

/// What stands in the first group of a pattern, all over the package's own source: what no list of the source's could
/// leave out.
public func inSource(_ pattern: Regex<(Substring, Substring)>) throws -> Set<String> {
    let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Sources"
    var found: Set<String> = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) where path.hasSuffix(".swift") {
        for match in contents(of: "\(folder)/\(path)").matches(of: pattern) { found.insert(String(match.1)) }
    }
    guard !found.isEmpty else { throw TestFailure("nothing like that in \(folder)") }
    return found
}
