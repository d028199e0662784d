import Glibc

/// What `/proc` tells of a running process.
public struct ProcessFiles: Sendable {
    public let pid: Int32

    public init(_ pid: Int32) { self.pid = pid }

    /// All processes that were started with these lines in their environment (redis-server writes its title over its
    /// own).
    public static func all(withVariables lines: [String]) -> [ProcessFiles] {
        entries(of: "/proc").compactMap { Int32($0) }.map(ProcessFiles.init).filter { process in
            let environment = contents(of: "/proc/\(process.pid)/environ")
            return lines.allSatisfy { line in environment.split(separator: "\0").contains { $0 == line } }
        }
    }

    /// Whether it runs: a zombie doesn't.
    public var isRunning: Bool {
        let state = self["State"]
        // The first thread of a killed process is a zombie while others still hold its files and locks.
        return !state.isEmpty && (!state.hasPrefix("Z") || entries(of: "/proc/\(pid)/task").count > 1)
    }

    /// The program's file.
    public var program: String { target(of: "/proc/\(pid)/exe") }

    public var children: [Int32] {
        contents(of: "/proc/\(pid)/task/\(pid)/children").split(separator: " ").compactMap { Int32($0) }
    }

    /// A field of `/proc/PID/status`, such as `SigBlk` or `VmRSS`; empty where there is none.
    public subscript(field: String) -> String {
        let line = contents(of: "/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("\(field):") }
        return line?.dropFirst(field.count + 1).split(separator: "\t").joined(separator: " ") ?? ""
    }

    /// A field in kB.
    public func kilobytes(_ field: String) -> Int { self[field].split(separator: " ").first.flatMap { Int($0) } ?? -1 }

    /// A signal mask of `/proc/PID/status` as the numbers in it.
    public func signals(_ field: String) -> Set<Int32> {
        let mask = UInt64(self[field], radix: 16) ?? .max
        return Set((1...64).filter { mask & 1 << (UInt64($0) - 1) != 0 })
    }

    /// The open descriptors and what they lead to: a path, `socket:[inode]`, `anon_inode:[eventpoll]`.
    public var descriptors: [Int32: String] {
        let folder = "/proc/\(pid)/fd"
        let numbers = entries(of: folder).compactMap { Int32($0) }
        return Dictionary(uniqueKeysWithValues: numbers.map { ($0, target(of: "\(folder)/\($0)")) })
    }

    private func target(of link: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink(link, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The names in a folder, sorted; none where it can't be read.
public func entries(of folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}
