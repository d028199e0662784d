/// Why a redis-server would end instead of loading an RDB file.
public enum DataDamage: Equatable, Sendable {
    /// It doesn't begin as one.
    case signature
    /// An RDB file of this version, which the server doesn't load: nothing is wrong with it.
    case version(Int)
    /// Its end is missing.
    case cutOff
}

extension DataDamage {
    /// What is wrong with an RDB file, as far as its two ends tell; nil where they are right.
    ///
    /// What lies between them is not read, since files may be as large as the memory: a byte that changed inside is
    /// found by the server alone (`rdbchecksum`), and a file that was cut off right behind a byte 0xFF and eight more
    /// passes. A server reads no further than that opcode, so it would also load a whole file with something behind it,
    /// which is refused here.
    /// - Parameters:
    ///   - head: the first bytes, `RDBHeader.length` of them where there are as many.
    ///   - tail: the last bytes, `RDBHeader.tailLength` of them where there are as many.
    ///   - size: that of the file, in bytes.
    ///   - newest: the newest version that the server loads (`RDB_VERSION` in rdb.h).
    ///   - isPreamble: commands may follow it, as in the single append-only files that Redis 4 to 6 wrote: its end is
    ///     then not known.
    public static func ofRDB(
        head: [UInt8], tail: [UInt8], size: Int, newest: Int, isPreamble: Bool = false
    ) -> DataDamage? {
        guard let header = RDBHeader(head) else {
            return RDBHeader.isCutOff(head) ? .cutOff : .signature
        }
        guard RDBVersion.loads(header.version, newest: newest) else { return .version(header.version) }
        if let whole = header.emptySize { return size < whole ? .cutOff : nil }
        if isPreamble { return nil }
        let ending = header.checksumLength + 1
        guard tail.count >= ending else { return .cutOff }
        return tail[tail.count - ending] == RDBHeader.end ? nil : .cutOff
    }
}
