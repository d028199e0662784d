/// The versions of the RDB format: who writes which, and who loads which.
///
/// Redis and Valkey share those up to 11. 12 to 79 are Redis's own, and Valkey refuses them as foreign; from 80 on they
/// are Valkey's own, whose files begin with `VALKEY` (rdb.h and rdb.c of both).
public enum RDBVersion {
    /// What Redis 7.0 writes, and the newest that it loads.
    public static let redis7 = 10
    private static let foreignToValkey = 12...79

    /// Whether a server loads a file of `version`.
    /// - Parameter newest: the newest version that it loads; `Int.max` where that is not known.
    public static func loads(_ version: Int, newest: Int) -> Bool {
        let isValkey = newest > foreignToValkey.upperBound && newest != .max
        return (1...max(newest, 1)).contains(version) && !(isValkey && foreignToValkey.contains(version))
    }

    /// The servers that write a version, in words.
    public static func writers(of version: Int) -> String {
        switch version {
        case ..<1: "no server"
        case ..<9: "Redis before 5"
        case 9: "Redis 5 and 6"
        case 10: "Redis 7.0"
        case 11: "Redis 7.2 and Valkey 7.2 and 8"
        case 12: "Redis 7.4 and 8.0 and Redict 7.3"
        case 13: "Redis 8.6"
        case 80: "Valkey 9"
        default: foreignToValkey.contains(version) ? "a newer Redis" : "a newer Valkey"
        }
    }

    /// What a server loads, in words.
    public static func loaded(upTo newest: Int) -> String {
        switch newest {
        case ...foreignToValkey.upperBound: "up to \(newest)"
        case 80: "up to 11, and 80"
        default: "up to 11, and 80 to \(newest)"
        }
    }

    /// The newest version that a server loads, by the line that it writes on `--version`: `Redis server v=7.0.15 ...`.
    /// `Int.max` where that is not known.
    public static func newest(ofServer line: String) -> Int {
        let words = line.split(separator: " ", maxSplits: 3).map { $0.lowercased() }
        guard let place = words.firstIndex(of: "server"), place + 1 < words.count, words[place + 1].hasPrefix("v=")
        else {
            return .max
        }
        let numbers = words[place + 1].dropFirst(2).split(separator: ".").prefix(2).map { Int($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return .max }
        // Valkey 7.2 says no name.
        return switch (place == 0 ? "redis" : words[0], major, minor) {
        case ("redis", 5...6, _): 9
        case ("redis", 7, 0): redis7
        case ("redis", 7, 2): 11
        case ("redis", 7, 4), ("redis", 8, 0): 12
        case ("redis", 8, 6): 13
        case ("valkey", 7...8, _): 11
        case ("valkey", 9, _): 80
        case ("redict", 7, 3): 12
        default: .max
        }
    }
}
