/// The sign by which a running server is known to belong to one cluster.
///
/// Every rendered file has it as `proc-title-template`; `ps` shows it and `CONFIG GET proc-title-template` reads it,
/// whatever host and port the server has come up on.
public struct Mark: Hashable, Sendable {
    public var root: String
    public var masterName: String
    /// The random id that the first claim gave the cluster; nil where it was not known when the file was rendered.
    public var clusterID: String?

    public init(root: String, masterName: String, clusterID: String? = nil) {
        self.root = root
        self.masterName = masterName
        self.clusterID = clusterID
    }

    /// What the random id of a cluster may look like: 8 to 64 ASCII letters, digits and hyphens.
    public static func isClusterID(_ text: some StringProtocol) -> Bool {
        (8...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
    }

    /// The words that stand before ours: `{title}`, `{listen-addr}` and `{server-mode}` are filled in by Redis.
    private static let prefix = "{title} {listen-addr} {server-mode} "

    /// What a mark looks like that was made before the cluster had an id, for people.
    package static let form = prefix + "ZK_ROOT MASTER_NAME -"

    /// Reads the mark from a server's `proc-title-template`; nil where the template is not ours.
    public init?(template: String) {
        guard let own = Self.own(in: template) else { return nil }
        self = own.mark
    }

    /// Reads the mark from a server's title, in which Redis has filled in its words, as `ps` shows it; nil where it
    /// bears none.
    /// - Returns: the mark, and the words that stand before it.
    public static func read(title: String) -> (mark: Mark, before: [Substring])? {
        let words = title.split(separator: " ", omittingEmptySubsequences: false)
        for count in [4, 3] where words.count > count {
            if let own = own(Array(words.suffix(count))) { return (own.mark, Array(words.dropLast(count))) }
        }
        return nil
    }

    /// What stands behind a mark as long as `replica-priority 0` is ours: the replica gets this one once it has
    /// synchronised. A 0 without it is the user's, who wants this server never to be master.
    private static let awaits = "awaits="

    /// What a server's `proc-title-template` says that its priority will be; nil where it says nothing of it.
    public static func awaitedPriority(in template: String) -> Int? { own(in: template)?.awaitedPriority }

    private static func own(in template: String) -> (mark: Mark, awaitedPriority: Int?)? {
        guard template.hasPrefix(prefix) else { return nil }
        return own(template.dropFirst(prefix.count).split(separator: " ", omittingEmptySubsequences: false))
    }

    /// Reads the words that are ours: three, or four where a priority is awaited.
    private static func own(_ words: [Substring]) -> (mark: Mark, awaitedPriority: Int?)? {
        guard words.count == 3 || words.count == 4, words[0].hasPrefix("/"), !words[1].isEmpty,
            words[2] == "-" || isClusterID(words[2])
        else { return nil }
        let id = words[2] == "-" ? nil : String(words[2])
        let mark = Mark(root: String(words[0]), masterName: String(words[1]), clusterID: id)
        if words.count == 3 { return (mark, nil) }
        guard let priority = priority(words[3]) else { return nil }
        return (mark, priority)
    }

    /// Whatever Redis takes for `replica-priority` (config.c: 0 to INT_MAX).
    private static func priority(_ word: Substring) -> Int? {
        guard word.hasPrefix(awaits) else { return nil }
        let digits = word.dropFirst(awaits.count)
        guard (1...10).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isDigit) else {
            return nil
        }
        return Int32(digits).map(Int.init)
    }

    /// The value of `proc-title-template` for a server that bears this mark.
    /// - Parameter priority: the `replica-priority` that it gets once it has synchronised, where it starts with 0; nil:
    ///   its priority is its own.
    public func template(awaiting priority: Int? = nil) -> String {
        "\(Self.prefix)\(root) \(masterName) \(clusterID ?? "-")" + (priority.map { " \(Self.awaits)\($0)" } ?? "")
    }

    /// Whether two marks can be of one cluster: same root and name, and no two different ids (an unknown id counts by
    /// root and name alone).
    public func matches(_ other: Mark) -> Bool {
        guard root == other.root, masterName == other.masterName else { return false }
        guard let mine = clusterID, let theirs = other.clusterID else { return true }
        return mine == theirs
    }
}

/// What asking a server for its mark gave.
public enum MarkReading: Hashable, Sendable {
    /// `CONFIG` could not be read (renamed, forbidden, no answer): unknown, which is not the same as none.
    case unknown
    /// The server has a `proc-title-template` that is not one of ours.
    case absent
    case mark(Mark)
}
