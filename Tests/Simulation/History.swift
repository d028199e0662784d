/// Every replication history that there ever was: what data a server holds is a place in this tree.
///
/// A line is one replication id. It goes on from a place of its parent line (a promotion, a restart), or from nothing.
/// The keys of a place are all acknowledged writes on the way to it.
struct Lines {
    private struct Line {
        var parent: Int
        /// The keys at which it left its parent.
        var at: Int
        /// A master that starts with its log begins to count anew, and restarts with a small offset.
        var offsetBase: Int
        /// When each key after `at` was written, in milliseconds.
        var times: [Int] = []
        /// The last reign that was recorded while a master was on this line.
        var epoch: Int?
    }

    private var lines: [Line] = []

    /// A place in a history.
    struct Place: Hashable {
        var line: Int
        var keys: Int
    }

    mutating func root() -> Int { add(Line(parent: -1, at: 0, offsetBase: 0)) }

    /// A new replication id for the data at `place`.
    mutating func branch(at place: Place, offsetRestarts: Bool = false) -> Int {
        let base = offsetRestarts ? place.keys : lines[place.line].offsetBase
        return add(Line(parent: place.line, at: place.keys, offsetBase: base))
    }

    private mutating func add(_ line: Line) -> Int {
        lines.append(line)
        return lines.count - 1
    }

    /// A master of this place has taken one more write.
    mutating func write(at place: inout Place, now: Int) {
        place.keys += 1
        lines[place.line].times.append(now)
    }

    /// When the last key of a place was written.
    func lastWrite(_ place: Place) -> Int {
        let line = lines[place.line]
        if place.keys > line.at { return line.times[place.keys - line.at - 1] }
        return line.parent < 0 ? 0 : lastWrite(Place(line: line.parent, keys: place.keys))
    }

    /// How many bytes a write adds to the offset: more than what counts as noise.
    static let bytes: Int64 = 300

    func offset(_ place: Place) -> Int64 { Int64(place.keys - lines[place.line].offsetBase) * Self.bytes }

    func place(onLine line: Int, atOffset offset: Int64) -> Place {
        Place(line: line, keys: Int(offset / Self.bytes) + lines[line].offsetBase)
    }

    /// A master of this line was recorded under this epoch.
    mutating func crown(_ line: Int, _ epoch: Int) { lines[line].epoch = max(lines[line].epoch ?? 0, epoch) }

    /// Under which recorded reign the data of a place was last written; 0 where none was.
    func reign(of place: Place) -> Int {
        var line = place.line
        while line >= 0 {
            if let epoch = lines[line].epoch { return epoch }
            line = lines[line].parent
        }
        return 0
    }

    /// Whether the data of one place goes before another's: that of a later reign, and in a reign the longer one.
    func isFresher(_ one: Place, than other: Place) -> Bool {
        (reign(of: one), one.keys) > (reign(of: other), other.keys)
    }

    /// The place with `count` keys less on the same way.
    func earlier(_ place: Place, by count: Int) -> Place {
        var place = Place(line: place.line, keys: max(0, place.keys - count))
        while lines[place.line].parent >= 0, place.keys < lines[place.line].at { place.line = lines[place.line].parent }
        return place
    }

    /// How many keys both have: up to where the ways part.
    func shared(_ one: Place, _ other: Place) -> Int {
        var (one, other) = (one, other)
        while one.line != other.line {
            // A parent is always older than its child.
            if one.line > other.line { one = up(one) } else { other = up(other) }
            if one.line < 0 || other.line < 0 { return 0 }
        }
        return min(one.keys, other.keys)
    }

    /// Whether one history led to both, be it before the first key.
    func areRelated(_ one: Place, _ other: Place) -> Bool {
        func root(_ line: Int) -> Int { lines[line].parent < 0 ? line : root(lines[line].parent) }
        return root(one.line) == root(other.line)
    }

    private func up(_ place: Place) -> Place {
        let line = lines[place.line]
        return Place(line: line.parent, keys: min(place.keys, line.at))
    }
}
