package import Cluster
import Glibc

/// The two servers that can be launched.
package enum ServerKind: Sendable {
    case redis, sentinel

    package var port: Int { self == .redis ? 6379 : 26_379 }
    package var program: String { self == .redis ? "redis-server" : "redis-sentinel" }
    package var variable: String { self == .redis ? "REDIS_SERVER" : "REDIS_SENTINEL" }
    package var fileStem: String { self == .redis ? "redis" : "sentinel" }
}

/// The real server that a launcher becomes.
package struct ServerBinary: Equatable, Sendable {
    /// An absolute path, or one relative to the working directory.
    package let path: String

    /// Finds `name`: as a path where it holds a slash, else on `PATH`.
    /// - Throws: `Failure` 127 where it isn't found, 126 where it is found but can't be executed (as a shell does).
    package init(_ name: String, variable: String, _ environment: Environment) throws(Failure) {
        var candidates = [name]
        if !name.contains("/") {
            let folders = try environment.text("PATH", default: "/usr/local/bin:/usr/bin:/bin")
            candidates = folders.split(separator: ":", omittingEmptySubsequences: false).map {
                $0.isEmpty ? "./\(name)" : "\($0)/\(name)"
            }
        }
        var unusable: String?
        for candidate in candidates {
            var info = stat()
            guard stat(candidate, &info) == 0 else { continue }
            if info.st_mode & S_IFMT == S_IFREG, access(candidate, X_OK) == 0 {
                path = candidate
                return
            }
            unusable = unusable ?? candidate
        }
        if let unusable {
            throw Failure(.cannotExecute, "\(unusable.clipped) can't be executed; check its mode, or set \(variable)")
        }
        throw Failure(.notFound, "\(name.clipped) isn't found; install it, or set \(variable) to its path")
    }
}
