/// The text of a template or a settings file, with the name that an error about it shows.
public struct SourceText: Equatable, Sendable {
    /// Where the text comes from, for people: a file's path, or `the shipped conf/redis.conf`.
    public let name: String

    /// The whole text. Line ends may be LF or CRLF.
    public let text: String

    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// The files of `Templates/` and `conf/` as they were when this program was built: what runs where nobody names others.
public enum Shipped {
    public static let redisTemplate = SourceText(
        name: "the shipped Templates/redis.conf.mustache", embedded: PackageResources.redis_conf_mustache)
    public static let sentinelTemplate = SourceText(
        name: "the shipped Templates/sentinel.conf.mustache", embedded: PackageResources.sentinel_conf_mustache)
    public static let redisConf = SourceText(
        name: "the shipped conf/redis.conf", embedded: PackageResources.redis_conf)
    public static let sentinelConf = SourceText(
        name: "the shipped conf/sentinel.conf", embedded: PackageResources.sentinel_conf)
}

extension SourceText {
    fileprivate init(name: String, embedded: [UInt8]) {
        self.init(name: name, text: String(decoding: embedded, as: UTF8.self))
    }
}
