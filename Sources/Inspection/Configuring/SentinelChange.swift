public import Vocabulary

/// One setting of a master, changed on all sentinels.
public struct SentinelChange: Equatable, Sendable {
    public struct Sentinel: Equatable, Sendable {
        public var address: Address
        public var old: String
        public var new: String?

        public init(_ address: Address, old: String) {
            self.address = address
            self.old = old
        }
    }

    public var name: String
    /// As `SENTINEL SET` takes it.
    public var value: String
    public var sentinels: [Sentinel]
    /// How many sentinels there are: those registered, or that one of them knows.
    public var known: Int

    public init(_ name: String, to value: String, _ sentinels: [Sentinel], known: Int) {
        self.name = name
        self.value = Self.wire(value, of: name)
        self.sentinels = sentinels.sorted { $0.address < $1.address }
        self.known = max(known, sentinels.count)
    }

    public var isDone: Bool { sentinels.allSatisfy { $0.old == value } }

    /// Why it must not be done; nil where it may.
    public var refusal: String? {
        guard name == "quorum" else { return nil }
        guard let quorum = Int(value), quorum >= 1 else {
            return "\(value.prefix(40)) is no quorum; write a number from 1"
        }
        guard quorum > known else { return nil }
        return
            "a quorum of \(quorum) can never be met by \(known) sentinel\(known == 1 ? "" : "s"): no failover would begin; take "
            + "\(known / 2 + 1), or start more sentinels first"
    }

    /// What is doubtful about it, a line each.
    public var warnings: [String] {
        if name == "down-after-milliseconds", let time = Int(value), time > 60_000 {
            return [
                "with a down-after-milliseconds of \(value) nobody replaces a master that hangs for longer than a minute; take 5000"
            ]
        }
        guard name == "quorum", let quorum = Int(value) else { return [] }
        let majority = known / 2 + 1
        if quorum > majority {
            return [
                "a quorum of \(quorum) is above the majority of \(known) sentinels (\(majority)): with fewer than \(quorum) of "
                    + "them a dead master is not replaced"
            ]
        }
        guard quorum < 2, known > 1 else { return [] }
        return ["with a quorum of 1 a single sentinel that is cut off begins failovers; take \(majority)"]
    }

    /// What a sentinel takes: its times are in milliseconds, and people write `5s`.
    static func wire(_ value: String, of name: String) -> String {
        let times: Set = ["down-after-milliseconds", "failover-timeout", "master-reboot-down-after-period"]
        guard times.contains(name) else { return value }
        let digits = value.prefix { $0.isASCII && $0.isNumber }
        let factors: [Substring: Int] = ["ms": 1, "s": 1_000, "m": 60_000]
        guard digits.utf8.count <= 9, let number = Int(digits), let factor = factors[value.dropFirst(digits.count)]
        else {
            return value
        }
        return String(number * factor)
    }

    public var table: Table {
        var table = Table([Table.Column("sentinel"), Table.Column("old"), Table.Column("new")])
        for sentinel in sentinels {
            let new = sentinel.new ?? value
            table.add([
                Table.Cell(sentinel.address.description), Table.Cell(Setting.shown(sentinel.old, of: name)),
                Table.Cell(Setting.shown(new, of: name), sentinel.old == new ? .faint : .strong),
            ])
        }
        return table
    }

    /// - Parameter isPlan: nothing was done.
    package func json(isPlan: Bool) -> JSON {
        [
            "name": .string(name), "value": .string(value), "changed": .bool(!isPlan),
            "sentinels": .array(
                sentinels.map { sentinel in
                    [
                        "address": .string(sentinel.address.description), "old": .string(sentinel.old),
                        "new": JSON(sentinel.new),
                    ]
                }),
        ]
    }
}
