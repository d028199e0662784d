import Cluster
import Glibc
import Succession

/// Folders as the launchers need them: absolute, existing, writable.
enum Folder {
    /// - Parameter name: what the path is called that was given.
    /// - Throws: `Failure` (78) for a relative one where the current directory is gone.
    static func absolute(_ path: String, _ name: String) throws(Failure) -> String {
        var path = path
        if !path.hasPrefix("/") {
            guard let here = getcwd(nil, 0) else {
                throw Failure(
                    .badConfiguration,
                    "\(name) is \(path.clipped), and the current directory can't be found (\(lastError())); set \(name) to an "
                        + "absolute path, or start in a directory that is there")
            }
            defer { free(here) }
            path = path == "." ? String(cString: here) : "\(String(cString: here))/\(path)"
        }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    static func exists(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    static func create(_ path: String) throws(Failure) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw Failure(.badConfiguration, "the folder \(path.clipped) can't be made (\(lastError()))")
        }
    }

    /// Makes a folder (0700) that nobody else has: `prefix` and six random characters. Returns its path; nil, with the reason in
    /// `errno`, where that can't be.
    static func makeUnique(_ prefix: String) -> String? {
        // mkdtemp(3) writes its choice into what it is given.
        var template = Array("\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a folder, sorted; none where it can't be read.
    static func entries(of path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
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

    /// Removes a file, or a folder with all that is in it; links are not followed.
    static func remove(_ path: String) {
        guard Glibc.remove(path) != 0, errno == ENOTEMPTY || errno == EEXIST else { return }
        for name in entries(of: path) { remove("\(path)/\(name)") }
        Glibc.remove(path)
    }

    /// Tries to write: mode bits tell neither of a read-only mount nor of a full disk, and a sentinel that can't rewrite
    /// its file runs on without memory (FACTS.md A4).
    static func checkWritable(_ path: String, variable: String) throws(Failure) {
        var name = Array("\(path)/.interrex-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else {
            throw Failure(
                .badConfiguration,
                "the folder \(path.clipped) can't be written (\(lastError())); check \(variable) and its owner")
        }
        defer {
            close(descriptor)
            unlink(name)
        }
        let block = [UInt8](repeating: 0, count: 4_096)
        guard writeWhole(block, to: descriptor) else {
            throw Failure(
                .badConfiguration, "nothing can be written in \(path.clipped) (\(lastError())); make room on that disk")
        }
    }
}

enum Port {
    /// A port of loopback that nobody listens on, below the range from which the kernel takes outgoing ones.
    static func free() throws(Failure) -> Int {
        let loopback = Host("127.0.0.1")!
        for _ in 0..<1_000 {
            let port = Int.random(in: 10_000..<32_000)
            if (try? checkFree(loopback, port)) != nil { return port }
        }
        throw Failure(.unavailable, "no port of 127.0.0.1 is free")
    }

    /// - Throws: `Failure` (78) where somebody listens on the port, or the address is none of this machine's.
    static func checkFree(_ host: Host, _ port: Int) throws(Failure) {
        guard let address = SocketAddress(host, port) else { return }
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var yes: Int32 = 1
        // As redis-server itself does: connections that linger in TIME_WAIT must not keep the port.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard address.bind(descriptor) == 0, listen(descriptor, 1) == 0 else {
            let number = errno
            throw Failure(
                .badConfiguration,
                number == EADDRINUSE
                    ? "port \(port) of \(host) is in use; stop what listens there, or set PORT0"
                    : "can't listen on \(host) port \(port) (\(lastError(number))); check BIND_IP, NET_IFACE and PORT0")
        }
    }
}

/// A socket address of an IP literal.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private let length: socklen_t
    let family: Int32

    init?(_ host: Host, _ port: Int) {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host.description, String(port), &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        family = found.pointee.ai_family
        length = found.pointee.ai_addrlen
        memcpy(&storage, found.pointee.ai_addr, Int(length))
    }

    func bind(_ descriptor: Int32) -> Int32 {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, length) }
        }
    }
}
