import Support

/// A library of `Shims/`, compiled into a test's folder, that a process loads before all others.
enum Shim {
    /// Returns the library's path, for `LD_PRELOAD`.
    static func compile(_ name: String, in folder: TemporaryFolder) async throws -> String {
        let source = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Shims/\(name).c"
        let library = "\(folder.path)/\(name).so"
        let compiler = try ChildProcess(
            "clang", ["-shared", "-fPIC", "-O1", "-o", library, source], output: "\(folder.path)/compiler")
        guard try await compiler.wait() == 0 else { throw TestFailure("no \(name): \(compiler.text)") }
        return library
    }
}
