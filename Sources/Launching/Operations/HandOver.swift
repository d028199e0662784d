import CLinux
import Cluster
import Glibc
import Runtime

/// `interrex hand-over USER FOLDER...` (hidden): gives folders and what is in them to a user, for the entry points, as
/// root.
///
/// Whoever may write in a folder can put a link there while it is walked, so nothing is named twice: each thing is
/// opened, no link followed, judged, and changed by what was opened. Changed are folders, files, and links themselves;
/// a file with a second name somewhere stays, because that may be `/etc/shadow`; so does a device.
package enum HandOver {
    /// Folders that a whole system shares; and those of which all that is below is shared.
    private static let shared: Set<String> = [
        "/", "/home", "/mnt", "/opt", "/root", "/run", "/srv", "/tmp", "/var", "/var/lib", "/var/tmp",
    ]
    private static let system: Set<Substring> = ["bin", "boot", "dev", "etc", "proc", "sbin", "sys", "usr"]

    private static func isShared(_ path: String) -> Bool {
        guard !shared.contains(path), let first = path.split(separator: "/").first else { return true }
        // lib, lib64 and so on.
        return system.contains(first) || first.hasPrefix("lib")
    }

    /// - Returns: the exit code; 0 also where something stays as it is, which is said.
    package static func main(_ arguments: [String]) -> Int32 {
        try? Log.start(.process, command: "hand-over")
        guard let name = arguments.first, let user = getpwnam(name)?.pointee else {
            Log.fail("there is no user \(arguments.first?.clipped ?? "named"); write interrex hand-over USER FOLDER")
            return ExitCode.usage.rawValue
        }
        for folder in arguments.dropFirst() {
            guard let path = realpath(folder, nil) else {
                Log.warn("\(folder.clipped) can't be given to \(name) (\(lastError()))")
                continue
            }
            defer { free(path) }
            give(String(cString: path), as: folder, to: name, user.pw_uid, user.pw_gid)
        }
        return 0
    }

    private static func give(_ path: String, as folder: String, to name: String, _ user: uid_t, _ group: gid_t) {
        guard !isShared(path) else {
            return Log.warn("\(folder.clipped) stays as it is; set a folder of \(name)'s own")
        }
        var walk = Walk(user: user, group: group)
        if let top = open(path) { walk.give(top) } else { walk.note(path) }
        if let problem = walk.problem {
            Log.warn("can't give all of \(folder.clipped) to \(name): \(problem)")
        }
        if walk.linked > 0 {
            Log.warn(
                "\(walk.linked) files in \(folder.clipped) stay as they are, because they have a second name somewhere; copy "
                    + "them if \(name) is to have them")
        }
    }

    /// Opens a folder by a path that holds no links any more, and follows none that is put there meanwhile.
    private static func open(_ path: String) -> Int32? {
        var current = Glibc.open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        for part in path.split(separator: "/") where current >= 0 {
            let next = openat(current, String(part), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let number = errno
            close(current)
            errno = number
            current = next
        }
        return current < 0 ? nil : current
    }
}

/// One folder and all below it, on the same file system.
private struct Walk {
    /// Deeper than anything that a server makes; each level holds a descriptor.
    private static let depthLimit = 100

    let user: uid_t
    let group: gid_t
    /// The first thing that could not be changed, and why.
    private(set) var problem: String?
    /// Files that have another name.
    private(set) var linked = 0

    init(user: uid_t, group: gid_t) {
        self.user = user
        self.group = group
    }

    mutating func note(_ name: String) {
        // What is gone meanwhile needs no owner.
        if errno != ENOENT { problem = problem ?? "\(name.clipped) (\(lastError()))" }
    }

    /// Takes an open folder, and closes it.
    mutating func give(_ folder: Int32) {
        var info = stat()
        guard fstat(folder, &info) == 0 else {
            close(folder)
            return
        }
        give(folder, info, depth: 0)
    }

    private mutating func give(_ folder: Int32, _ info: stat, depth: Int) {
        if info.st_uid != user, fchown(folder, user, group) != 0 { note("the folder") }
        guard depth < Self.depthLimit, let stream = fdopendir(folder) else {
            problem = problem ?? "a folder that is too deep, or can't be read"
            close(folder)
            return
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { give(name, in: folder, device: info.st_dev, depth: depth + 1) }
        }
    }

    private mutating func give(_ name: String, in folder: Int32, device: dev_t, depth: Int) {
        // Opened as a place only: neither a link is followed nor a device or a FIFO woken up.
        let found = openat(folder, name, HandOverFlags.path | O_NOFOLLOW | O_CLOEXEC)
        guard found >= 0 else { return note(name) }
        defer { close(found) }
        var info = stat()
        guard fstat(found, &info) == 0, info.st_dev == device else { return }
        switch info.st_mode & S_IFMT {
        case S_IFDIR:
            // By the folder that was judged: the name may be another's by now.
            let inner = openat(found, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard inner >= 0 else { return note(name) }
            give(inner, info, depth: depth)
        case S_IFREG, S_IFLNK:
            guard info.st_uid != user else { return }
            guard info.st_nlink == 1 else {
                linked += 1
                return
            }
            if fchownat(found, "", user, group, HandOverFlags.emptyPath) != 0 { note(name) }
        default: break
        }
    }
}

/// What glibc shows only under `_GNU_SOURCE` (fcntl.h).
private enum HandOverFlags {
    static let path: Int32 = 0o10_000_000
    static let emptyPath: Int32 = 0x1000
}
