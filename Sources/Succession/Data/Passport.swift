import Vocabulary

/// What the data files of one folder are worth: `DATA_DIR/interrex.passport`, kept by the lease beside the server.
///
/// An append-only log bears no replication id, and offsets of different ids can't be compared; with it, an AOF has a
/// position too. It never says more than the files hold: it takes a new epoch only once the synchronisation under it is
/// done.
public struct Passport: Codable, Equatable, Sendable {
    public enum Role: String, Codable, Sendable { case master, replica }

    /// Where a server keeps its data.
    public enum Persistence: String, Codable, Sendable {
        /// `appendonly yes`: the log counts, and an RDB file beside it doesn't.
        case aof
        /// Snapshots only: the last one counts.
        case rdb
        /// Neither: a cache.
        case none
    }

    /// The name of the file in `DATA_DIR`.
    public static let fileName = "interrex.passport"
    /// The most that is read of one, in bytes.
    public static let limit = 4_096

    /// The cluster's id.
    public var cluster: String
    /// The reign under which the files were last written.
    public var epoch: Int
    /// `master_replid` of the server.
    public var replicationID: String
    /// `master_replid2` and `second_repl_offset`: the id before its promotion, and the first offset that is not shared.
    public var previousID: String?
    public var previousOffset: Int64?
    /// How far the files go: with a log, what the server had; with snapshots only, what it had before the last one was
    /// begun.
    public var offset: Int64
    public var role: Role
    /// Whether the first synchronisation of this server, or its start as a master, is done: what it holds is in its
    /// files.
    public var isSynchronised: Bool
    /// How many keys there were.
    public var keys: Int64
    public var persistence: Persistence
    /// `run_id` of the server.
    public var runID: String
    /// When the newest of the data files had been written, in milliseconds since 1970. A file that is older than this
    /// was put in its place afterwards.
    public var modified: Int64
    /// The file to which the server was writing; nil where there was none yet.
    public var file: FileMark?
    /// The boot of the machine on which it was written (`/proc/sys/kernel/random/boot_id`): as long as that lasts, a
    /// log loses nothing that its server has written.
    public var boot: String?

    public init(
        cluster: String, epoch: Int, replicationID: String, previousID: String? = nil, previousOffset: Int64? = nil,
        offset: Int64, role: Role, isSynchronised: Bool = true, keys: Int64, persistence: Persistence, runID: String,
        modified: Int64 = 0, file: FileMark? = nil
    ) {
        self.cluster = cluster
        self.epoch = epoch
        self.replicationID = replicationID
        self.previousID = previousID
        self.previousOffset = previousOffset
        self.offset = offset
        self.role = role
        self.isSynchronised = isSynchronised
        self.keys = keys
        self.persistence = persistence
        self.runID = runID
        self.modified = modified
        self.file = file
    }

    private enum CodingKeys: String, CodingKey {
        case cluster, epoch, offset, role, keys, persistence, modified, file, boot
        case replicationID = "replication_id"
        case previousID = "previous_id"
        case previousOffset = "previous_offset"
        case isSynchronised = "synchronised"
        case runID = "run_id"
    }

    /// Whether a passport that was last right at `asOf` speaks of data files of which the newest was written at
    /// `written`, all in milliseconds since 1970. Files that are much newer were written without it, older ones were
    /// put in their place.
    /// - Parameter known: what the passport says of the newest file.
    public static func speaks(ofFilesFrom written: Int64, asOf: Int64, knowing known: Int64) -> Bool {
        written >= known - slack && written <= asOf + delay
    }

    /// How much later than its passport a server may have written its files, in milliseconds: what the lease had not
    /// seen by then.
    public static let delay: Int64 = 5_000
    /// How exactly file times are compared with those that a passport holds, in milliseconds.
    public static let slack: Int64 = 1_000

    static func isRunID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(\.isHexDigit)
    }

    public var position: Position { Position(epoch: epoch, offset: offset) }

    /// - Throws: `BadZnode` where a field can't be what we wrote.
    public func validated() throws(BadZnode) -> Passport {
        guard Mark.isClusterID(cluster) else {
            throw BadZnode("its cluster is not 8 to 64 letters, digits or hyphens")
        }
        guard isReplicationID(replicationID), previousID.map({ isReplicationID($0) }) ?? true else {
            throw BadZnode("a replication id is not 40 hexadecimal digits")
        }
        // Room is left for the next one.
        guard (0..<ClusterRecord.highestEpoch).contains(epoch) else {
            throw BadZnode("its epoch is negative or too high")
        }
        guard offset >= 0, keys >= 0, modified >= 0, previousOffset ?? 0 >= 0 else {
            throw BadZnode("a number is negative")
        }
        guard runID.isEmpty || Self.isRunID(runID) else { throw BadZnode("its run id is none") }
        guard boot?.utf8.count ?? 0 <= 64 else { throw BadZnode("its boot is none") }
        if let file, file.size < 0 || file.modified < 0 || file.name.utf8.count > 255 {
            throw BadZnode("its file is none")
        }
        return self
    }
}

/// A data file as its server's lease last saw it: what tells it from another that bears its name.
///
/// A restored backup bears the time of its restore, and so may look as if the server had written it in its last
/// seconds.
public struct FileMark: Codable, Equatable, Sendable {
    /// The last part of its path, without what stands behind it where it was set aside.
    public var name: String
    public var inode: UInt64
    /// In bytes. A server only appends to a log, and writes a snapshot anew under another inode.
    public var size: Int64
    /// When it was last written, in milliseconds since 1970.
    public var modified: Int64

    public init(name: String, inode: UInt64, size: Int64, modified: Int64) {
        self.name = name
        self.inode = inode
        self.size = size
        self.modified = modified
    }

    /// Whether `file` is the same one, with what was appended to it since (or what a power failure left of it), or was
    /// copied as it was, its time with it.
    public func isContinued(by file: FileMark) -> Bool {
        guard file.name == name else { return false }
        return file.inode == inode || file.size == size && file.modified == modified
    }

    /// Whether a snapshot, or the base of a log, was begun after this file was seen.
    /// - Parameter begun: the second in which it was, since 1970.
    public func isReplaced(bySnapshotFrom begun: Int64) -> Bool { begun >= modified / 1_000 }
}
