/// Random numbers that a seed repeats (SplitMix64): the same seed gives the same schedule, step by step.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// From 0 to `limit` - 1. The bias of the remainder is of no account for such small limits.
    mutating func below(_ limit: Int) -> Int { Int(truncatingIfNeeded: next() >> 33) % limit }

    /// A whole number of the range, both ends included.
    mutating func roll(_ low: Int, _ high: Int) -> Int { low + below(high - low + 1) }

    /// True once in `odds` times.
    mutating func once(in odds: Int) -> Bool { below(odds) == 0 }
}
