import FoundationEssentials
import Glibc
import Succession
import Support

/// Lays a passport into a folder, as a lease would have left it.
func putPassport(
    _ persistence: Passport.Persistence, modified: Int64, asOf: Int64, keys: Int64 = 2, in folder: TemporaryFolder,
    cluster: String = "0c0c0c0c", file: FileMark? = nil
) throws {
    let passport = Passport(
        cluster: cluster, epoch: 3, replicationID: String(repeating: "a", count: 40), offset: 50, role: .master,
        keys: keys,
        persistence: persistence, runID: "0a", modified: modified, file: file)
    let path = "\(folder.path)/\(Passport.fileName)"
    try writeBytes(Array(try JSONEncoder().encode(passport)), to: path)
    try setTime(of: path, to: asOf)
}

/// Sets when a file was last written, in milliseconds since 1970.
func setTime(of path: String, to time: Int64) throws {
    let moment = timespec(tv_sec: Int(time / 1_000), tv_nsec: Int(time % 1_000) * 1_000_000)
    guard utimensat(AT_FDCWD, path, [moment, moment], 0) == 0 else { throw TestFailure("\(path) bears no time") }
}

/// In milliseconds since 1970.
var currentTime: Int64 { Int64(time(nil)) * 1_000 }
