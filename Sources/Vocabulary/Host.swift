/// The host of an address: an IPv4 literal, an IPv6 literal in its canonical form (RFC 5952), or an RFC 1123 name.
public struct Host: Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable { case ipv4, ipv6, name }

    public let description: String
    public let kind: Kind

    /// The host that `text` spells, or nil where it is none of the three. A name whose last label is all digits is
    /// a misspelt IPv4 address (`300.1.1.1`, `1.2.3`), never a name.
    public init?(_ text: some StringProtocol) {
        if let groups = Self.ipv6(text) {
            (description, kind) = (Self.canonical(groups), .ipv6)
        } else if Self.ipv4(text) != nil {
            (description, kind) = (String(text), .ipv4)
        } else if Self.isName(text) {
            (description, kind) = (text.lowercased(), .name)
        } else {
            return nil
        }
    }

    /// `0.0.0.0` or `::`: a place to listen on, not one to connect to.
    public var isWildcard: Bool { description == "0.0.0.0" || description == "::" }

    /// Whether only its own machine reaches it.
    public var isLoopback: Bool { description == "::1" || kind == .ipv4 && description.hasPrefix("127.") }

    /// Byte by byte, because a watcher reads thousands of them a second.
    private static func ipv4(_ text: some StringProtocol) -> [UInt16]? {
        var numbers: [UInt16] = []
        var (number, digits): (UInt16, Int) = (0, 0)
        for byte in text.utf8 {
            if byte.isDigit {
                // No leading zeros: to some they mean octal.
                guard digits == 0 || number > 0 else { return nil }
                number = number * 10 + UInt16(byte - UInt8(ascii: "0"))
                digits += 1
                guard number <= 255 else { return nil }
            } else {
                guard byte == UInt8(ascii: "."), digits > 0, numbers.count < 3 else { return nil }
                numbers.append(number)
                (number, digits) = (0, 0)
            }
        }
        guard digits > 0, numbers.count == 3 else { return nil }
        return numbers + [number]
    }

    /// The eight groups of an IPv6 literal: no zone, no brackets; a dotted quad may stand for the last two.
    private static func ipv6(_ text: some StringProtocol) -> [UInt16]? {
        guard text.utf8.contains(UInt8(ascii: ":")), text.utf8.count <= 45 else { return nil }
        var halves: [[UInt16]] = []
        let gap = Self.gap(in: Array(text.utf8))
        guard gap.count <= 1 else { return nil }
        let pieces: [Substring]
        if let at = gap.first {
            let index = text.utf8.index(text.utf8.startIndex, offsetBy: at)
            pieces = [Substring(text[..<index]), Substring(text[text.utf8.index(index, offsetBy: 2)...])]
        } else {
            pieces = [Substring(text)]
        }
        for (number, piece) in pieces.enumerated() {
            guard let groups = Self.groups(piece, last: number == pieces.count - 1) else { return nil }
            halves.append(groups)
        }
        let known = halves.reduce(0) { $0 + $1.count }
        if halves.count == 1 { return known == 8 ? halves[0] : nil }
        guard known <= 7 else { return nil }
        return halves[0] + [UInt16](repeating: 0, count: 8 - known) + halves[1]
    }

    /// Where `::` stands; more than one place, or a third colon, makes the text no address.
    private static func gap(in bytes: [UInt8]) -> [Int] {
        (0..<max(0, bytes.count - 1)).filter {
            bytes[$0] == UInt8(ascii: ":") && bytes[$0 + 1] == UInt8(ascii: ":")
        }
    }

    private static func groups(_ text: Substring, last: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var result: [UInt16] = []
        for (number, part) in parts.enumerated() {
            if last, number == parts.count - 1, part.contains(".") {
                guard let quad = ipv4(part) else { return nil }
                result += [quad[0] << 8 | quad[1], quad[2] << 8 | quad[3]]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isHexDigit),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                result.append(group)
            }
        }
        return result
    }

    /// RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. An
    /// IPv4-mapped address keeps its dotted quad, as `inet_ntop` and so Redis print it.
    private static func canonical(_ groups: [UInt16]) -> String {
        if groups[0..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xffff {
            return "::ffff:\(groups[6] >> 8).\(groups[6] & 0xff).\(groups[7] >> 8).\(groups[7] & 0xff)"
        }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = end + 1
        }
        func joined(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        return best.isEmpty
            ? joined(groups[...]) : joined(groups[..<best.lowerBound]) + "::" + joined(groups[best.upperBound...])
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        let name = text.hasSuffix(".") ? Substring(text.dropLast()) : Substring(text)
        guard (1...253).contains(name.utf8.count) else { return false }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        let valid = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
        }
        return valid && !labels.last!.utf8.allSatisfy(\.isDigit)
    }
}
