/// A user and password of ZooKeeper's `digest` scheme. It crosses the wire in clear: Debian's library has no TLS.
public struct Digest: Equatable, Sendable {
    /// As `zoo_add_auth` takes it: `user:password`. A secret.
    public let text: String

    public init(user: String, password: String) {
        text = "\(user):\(password)"
    }

    /// From `user:password`; nil when there is no colon, or nothing before it.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return nil }
        self.text = text
    }

    public var user: String { String(text.prefix { $0 != ":" }) }

    /// As it stands in ACLs: the user, and the Base64 of the SHA-1 of it all. It tells nobody the password, but lets it
    /// be guessed.
    public var id: String { "\(user):\(base64(SHA1.digest(of: Array(text.utf8))))" }
}

extension Digest: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(user):(redacted)" }
    public var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}

/// Base64 (RFC 4648, section 4).
private func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    return stride(from: 0, to: bytes.count, by: 3).reduce(into: "") { text, at in
        let part = bytes[at..<Swift.min(at + 3, bytes.count)]
        let number = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
        for index in 0..<4 {
            text.append(index <= part.count ? letters[number >> (18 - 6 * index) & 63] : "=")
        }
    }
}

/// SHA-1 (RFC 3174), which ZooKeeper's `digest` scheme makes its ids with. For nothing else: it is no protection any
/// more.
enum SHA1 {
    static func digest(of message: [UInt8]) -> [UInt8] {
        var padded = message + [0x80]
        padded += [UInt8](repeating: 0, count: (119 - message.count % 64) % 64)
        let bits = UInt64(message.count) * 8
        for shift in stride(from: 56, through: 0, by: -8) { padded.append(UInt8(truncatingIfNeeded: bits >> shift)) }

        var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
        for block in stride(from: 0, to: padded.count, by: 64) { mix(padded[block..<(block + 64)], into: &state) }
        return state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
    }

    private static func mix(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { at in
            block[at..<(at + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<80 {
            words.append(rotated(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], by: 1))
        }
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for index in 0..<80 {
            let (value, constant): (UInt32, UInt32) =
                switch index {
                case 0..<20: (b & c | ~b & d, 0x5a82_7999)
                case 20..<40: (b ^ c ^ d, 0x6ed9_eba1)
                case 40..<60: (b & c | b & d | c & d, 0x8f1b_bcdc)
                default: (b ^ c ^ d, 0xca62_c1d6)
                }
            let next = rotated(a, by: 5) &+ value &+ e &+ constant &+ words[index]
            (e, d, c, b, a) = (d, c, rotated(b, by: 30), a, next)
        }
        for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
    }

    private static func rotated(_ word: UInt32, by bits: UInt32) -> UInt32 { word << bits | word >> (32 - bits) }
}
