import Support

/// The time for which one server took writes, as its clients saw it: consecutive writes that it acknowledged.
struct Reign {
    let master: Writers.Place
    /// In the order of their acknowledgement; never empty.
    private(set) var entries: [Ledger.Entry]
    /// When its process was killed; nil where it ended otherwise, or lives.
    private(set) var killed: ContinuousClock.Instant?
    /// When the next reign began; nil for the last one.
    private(set) var next: ContinuousClock.Instant?

    var start: ContinuousClock.Instant { entries[0].time }
    var end: ContinuousClock.Instant { entries.last!.time }

    /// One life of a server's process, and of its port.
    struct Life: Sendable {
        var place: Writers.Place
        var start: ContinuousClock.Instant
        /// When it was killed, or had ended.
        var end: ContinuousClock.Instant?
        var isKilled = false

        func contains(_ entry: Ledger.Entry) -> Bool {
            // The last acknowledgement may still be on its way when the process is gone.
            place == entry.master && start <= entry.time && entry.time <= end.map { $0 + .seconds(1) } ?? entry.time
        }
    }

    /// All reigns, in the order in which they began. Writers notice a change of master one after the other: a server
    /// whose writes stop for a second, while another one's are acknowledged, begins another reign when it takes writes
    /// again.
    static func all(in ledger: Ledger, lives: [Life]) -> [Reign] {
        var reigns: [Reign] = []
        /// The reign that is open, by life.
        var open: [Int: Int] = [:]
        for entry in ledger.entries.sorted(by: { $0.time < $1.time }) {
            let life = lives.lastIndex { $0.contains(entry) } ?? -1
            if let index = open[life], index == reigns.count - 1 || entry.time - reigns[index].end < .seconds(1) {
                reigns[index].entries.append(entry)
            } else {
                open[life] = reigns.count
                reigns.append(Reign(master: entry.master, entries: [entry]))
            }
        }
        for (life, index) in open where life >= 0 && lives[life].isKilled { reigns[index].killed = lives[life].end }
        for index in reigns.indices.dropLast() { reigns[index].next = reigns[index + 1].start }
        return reigns
    }
}

/// What is lost of a reign.
extension Reign {
    /// What asynchronous replication may not have shipped, and a log that is written once a second may not hold.
    static let bound = Duration.seconds(2)
    /// How long one that was replaced while it lived may go on: the time until it is demoted.
    static let overlap = Duration.seconds(5)

    /// The first moment of which a write may be lost; nil where none may be: nobody killed it, and nobody replaced it.
    var firstAtRisk: ContinuousClock.Instant? {
        [killed, next].compactMap(\.self).min().map { $0 - Self.bound }
    }

    /// Those lost entries that no crash explains.
    func unexplained(_ lost: [Ledger.Entry]) -> [Ledger.Entry] {
        guard let firstAtRisk else { return lost }
        let limit = killed.map { $0 + .seconds(1) } ?? next.map { $0 + Self.overlap }
        return lost.filter { entry in entry.time < firstAtRisk || limit.map { entry.time > $0 } ?? false }
    }

    /// One line: how long, how many, and which part is lost.
    func description(of lost: [Ledger.Entry], since begin: ContinuousClock.Instant) -> String {
        let cause = killed != nil ? "killed" : next != nil ? "replaced" : "the last one"
        let reign = "\(seconds(start - begin))-\(seconds(end - begin)) s, port \(master.port), \(cause)"
        let keys = Set(lost.map(\.key))
        let fromStart = entries.prefix { keys.contains($0.key) }.count
        let atEnd = entries.reversed().prefix { keys.contains($0.key) }.count
        let part: String
        if lost.count == entries.count {
            part = "all of it"
        } else if atEnd == lost.count {
            part = "its last \(seconds(end - (lost.map(\.time).min() ?? end))) s"
        } else {
            part = "\(fromStart) from its beginning, \(lost.count - fromStart - atEnd) in it, \(atEnd) at its end"
        }
        return "\(reign): \(lost.count) of \(entries.count) acknowledged writes lost, \(part)"
    }
}

/// With two digits.
func seconds(_ duration: Duration) -> Double { (duration / .seconds(1) * 100).rounded() / 100 }
