extension FlatSettings {
    /// Where a line stands, for people: `/etc/redis.conf, line 3`; nil where it is none of these settings.
    public func place(of line: String) -> String? {
        guard case .words(let words) = SettingsText.content(of: line) else { return nil }
        return place(of: words)
    }

    /// The same for the words of a line, the first of them in lower case.
    public func place(of words: [String]) -> String? {
        directives.last { $0.words == words }?.origin.place
    }
}
