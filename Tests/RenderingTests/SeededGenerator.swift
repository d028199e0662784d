/// Random numbers that a seed repeats (SplitMix64): a failure prints the seed, and the seed gives the same values.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A string of up to `limit` scalars, rich in what Redis's parser treats in a special way.
    mutating func string(upTo limit: Int) -> String {
        let special = Array(" \t\u{B}\u{C}\"'\\#xn0aF{}%$é漢\u{85}\u{A0}\u{1}\u{7F}\u{1F600}".unicodeScalars)
        var text = ""
        for _ in 0..<Int.random(in: 0...limit, using: &self) {
            if Bool.random(using: &self) {
                text.unicodeScalars.append(special.randomElement(using: &self)!)
            } else {
                text.unicodeScalars.append(Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &self)))
            }
        }
        return text
    }
}
