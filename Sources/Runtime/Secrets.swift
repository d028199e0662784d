/// The secrets that this process knows, so that they can be taken out of whatever leaves it: a peer may repeat one in
/// any text of its own.
public enum Secrets {
    /// What stands in a secret's place.
    public static let mask = "<hidden>"
    /// Anything shorter, and any word that is said openly, is part of many a word: it is taken out only where it stands
    /// in quotes, as servers repeat arguments.
    private static let shortest = 4

    private struct Known {
        /// Longest first: one may be part of another.
        var secrets: [[UInt8]] = []
        var quotedOnly: [[UInt8]] = []
    }

    private static let known = Protected(Known())

    /// Adds secrets. Called at start, before anything is said that may hold one.
    /// - Parameter open: texts that are said openly all the time (names, paths): a secret that is part of one would not
    ///   be hidden by a mask, but told.
    public static func add(_ secrets: [String], saidOpenly open: [String] = []) {
        let said =
            (open + ["redis-server", "redis-sentinel", "interrex", "master", "replica", "password", "zookeeper"])
            .map { $0.lowercased() }
        known.withLock { known in
            for secret in Set(secrets) where !secret.isEmpty {
                let bytes = Array(secret.utf8)
                guard !known.secrets.contains(bytes), !known.quotedOnly.contains(bytes) else { continue }
                let isWord = said.contains { $0.utf8.contains(secret.lowercased().utf8) }
                if bytes.count < shortest || isWord {
                    known.quotedOnly.append(bytes)
                } else {
                    known.secrets.append(bytes)
                }
            }
            known.secrets.sort { $0.count > $1.count }
        }
    }

    /// The text with a mask for each secret.
    public static func removed(from text: String) -> String {
        let (secrets, quotedOnly) = known.withLock { ($0.secrets, $0.quotedOnly) }
        if secrets.isEmpty, quotedOnly.isEmpty { return text }
        var bytes = Array(text.utf8)
        var isChanged = false
        for secret in secrets { isChanged = bytes.mask(secret, isQuoted: false) || isChanged }
        for secret in quotedOnly { isChanged = bytes.mask(secret, isQuoted: true) || isChanged }
        return isChanged ? String(decoding: bytes, as: UTF8.self) : text
    }
}

extension [UInt8] {
    /// Puts the mask in the place of each `secret`. Returns whether there was any.
    fileprivate mutating func mask(_ secret: [UInt8], isQuoted: Bool) -> Bool {
        guard count >= secret.count else { return false }
        var result: [UInt8] = []
        var (index, copied) = (0, 0)
        while index <= count - secret.count {
            guard self[index] == secret[0], self[index..<(index + secret.count)].elementsEqual(secret),
                !isQuoted || standsInQuotes(index, index + secret.count)
            else {
                index += 1
                continue
            }
            result += self[copied..<index] + Array(Secrets.mask.utf8)
            index += secret.count
            copied = index
        }
        guard copied > 0 else { return false }
        self = result + self[copied...]
        return true
    }

    private func standsInQuotes(_ start: Int, _ end: Int) -> Bool {
        guard start > 0, end < count else { return false }
        return "'\"`".utf8.contains(self[start - 1]) && "'\"`".utf8.contains(self[end])
    }
}
