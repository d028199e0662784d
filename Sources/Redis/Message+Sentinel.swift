extension Message {
    /// Whether an event of Sentinel is about this master. Sentinels may watch several: a payload names its master first
    /// (`+switch-master`), second (`master <name>`), or after an `@` (sentinel.c, `sentinelEvent`); one that names none
    /// concerns all.
    public func concerns(masterNamed name: String) -> Bool {
        // Bytes: to Swift a space and an accent after it are one character, and no space.
        let words = payload.split(separator: UInt8(ascii: " "))
        let named: ArraySlice<UInt8>? =
            if let at = words.firstIndex(of: [UInt8(ascii: "@")]) {
                words.dropFirst(at + 1).first
            } else if words.first?.elementsEqual("master".utf8) == true {
                words.dropFirst().first
            } else if channel == "+switch-master" {
                words.first
            } else {
                nil
            }
        return named?.elementsEqual(name.utf8) ?? true
    }
}
