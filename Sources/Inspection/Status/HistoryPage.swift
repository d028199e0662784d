public import Succession
package import Vocabulary

/// What `interrex history` shows: who was master, since when, and why.
public struct HistoryPage: Sendable {
    private let entries: [HistoryEntry]

    /// - Parameter entries: newest last, as they are shown.
    public init(_ entries: [HistoryEntry]) { self.entries = entries }

    /// - Parameter time: how a time of RFC 3339 is shown.
    public func lines(on canvas: Canvas, _ time: (String) -> String) -> [String] {
        var table = Table([
            .init("time"), .init("old", weight: 8), .init("new"), .init("cause", weight: 9),
            .init("took", weight: 7, isRightAligned: true), .init("who", weight: 6),
            .init("epoch", weight: 3, isRightAligned: true), .init("recorded by", weight: 2),
        ])
        for entry in entries {
            table.add([
                .init(time(entry.time)), .init(entry.old), .init(entry.new), .init(entry.cause),
                .init(entry.took.map { Amount.time(.milliseconds($0)) }), .init(entry.who),
                .init(entry.epoch.map(String.init)), .init(entry.by),
            ])
        }
        return table.lines(on: canvas)
    }

    package var json: JSON {
        .array(
            entries.map { entry in
                [
                    "time": .string(entry.time), "old": JSON(entry.old), "new": .string(entry.new),
                    "cause": .string(entry.cause), "epoch": JSON(entry.epoch), "members": .number(entry.members),
                    "by": .string(entry.by), "who": JSON(entry.who), "took_ms": JSON(entry.took),
                ]
            })
    }
}
