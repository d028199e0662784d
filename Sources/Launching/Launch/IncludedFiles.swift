import Cluster
import Glibc
import Rendering
import Runtime

/// The files that an `include` names, as redis-server reads them (config.c, `loadServerConfig`): with a wildcard in its
/// path those that match, none being fine; else the one of that name.
///
/// - Throws: `SettingsProblem` where one of them can't be read: redis-server ends there.
func includedFiles(_ path: String) throws(SettingsProblem) -> [SourceText] {
    guard path.utf8.contains(where: { "*?[".utf8.contains($0) }) else { return [try includedFile(path)] }
    var files: [SourceText] = []
    // To Redis, a folder that matches is a file without a line.
    for path in paths(matching: path) where !isFolder(path) { files.append(try includedFile(path)) }
    return files
}

private func includedFile(_ path: String) throws(SettingsProblem) -> SourceText {
    let bytes: [UInt8]
    do throws(FileProblem) {
        bytes = try readWholeFile(path)
    } catch {
        throw .unreadableInclude(path: path.clipped, why: error.description)
    }
    do throws(RenderingError) {
        return try SourceText(name: String(path.clipped), bytes: bytes)
    } catch {
        throw .unreadableInclude(path: path.clipped, why: error.description)
    }
}

/// In the order of the locale, as in Redis (server.c, `main`).
private func paths(matching pattern: String) -> [String] {
    setlocale(LC_COLLATE, "")
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
}

private func isFolder(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
}
