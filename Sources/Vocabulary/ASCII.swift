/// The classes of ASCII characters, byte by byte: `Character` knows many more digits and letters, which none of the
/// formats here allow.
extension UInt8 {
    /// `0` to `9`.
    package var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// `A` to `Z` and `a` to `z`.
    package var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }

    package var isLetterOrDigit: Bool { isDigit || isLetter }

    /// `0` to `9`, `a` to `f`, and `A` to `F`.
    package var isHexDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }

    /// `0` to `9` and `a` to `f`.
    package var isLowerHexDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self) }
}
