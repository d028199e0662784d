import Succession
import Vocabulary

/// What was answered last, for those that our own machine keeps us from asking: who can't be asked is as it was, for a
/// while.
struct Recollection<Value: Sendable> {
    /// What is older says nothing any more.
    private var life: Duration { .seconds(30) }

    private var values: [Address: (value: Value, at: ContinuousClock.Instant)] = [:]

    /// Takes note of the answers of a look, and returns what those said before that could not be asked in it. Who was
    /// neither asked nor to be asked is forgotten.
    mutating func note(
        _ answers: [Address: Value], except unasked: Set<Address>, at now: ContinuousClock.Instant
    ) -> [Address: Value] {
        values = values.filter { unasked.contains($0.key) && now - $0.value.at < life }
        let known = values.mapValues(\.value)
        for (address, answer) in answers where !unasked.contains(address) { values[address] = (answer, now) }
        return known
    }
}
