/// A data file as its server's lease last saw it: what tells it from another that bears its name.
///
/// A restored backup bears the time of its restore, and so may look as if the server had written it in its last seconds.
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

    /// Whether `file` is the same one, with what was appended to it since (or what a power failure left of it), or was copied
    /// as it was, its time with it.
    public func isContinued(by file: FileMark) -> Bool {
        guard file.name == name else { return false }
        return file.inode == inode || file.size == size && file.modified == modified
    }

    /// Whether a snapshot, or the base of a log, was begun after this file was seen.
    /// - Parameter begun: the second in which it was, since 1970.
    public func isReplaced(bySnapshotFrom begun: Int64) -> Bool { begun >= modified / 1_000 }
}
