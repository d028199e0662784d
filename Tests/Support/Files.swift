import Glibc

/// Writes bytes that need not be text.
public func writeBytes(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "w") else { throw TestFailure("\(path): \(String(cString: strerror(errno)))") }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw TestFailure("\(path) takes no more") }
}

/// Makes one folder below an existing one.
public func makeFolder(_ path: String, mode: UInt32 = 0o755) throws {
    guard mkdir(path, mode) == 0 else { throw TestFailure("\(path): \(String(cString: strerror(errno)))") }
}
