import Testing

@testable import Succession

/// What `/redis/cluster` may say: it goes into rendered files, so every field has a grammar.
@Suite struct ClusterRecordTests {
    static let id = "0123456789abcdef"

    @Test(arguments: ["01234567", "ABCD-efgh", "--------", String(repeating: "a", count: 64)])
    func goodIDs(id: String) throws {
        #expect(try ClusterRecord(id: id, members: 1).validated().id == id)
    }

    @Test(arguments: [
        "", "-", "0123456", String(repeating: "a", count: 65), "01234567\n", "0123 567", "0123456/", "0123456_",
        "0123456é", "01234567\"", "0123456#", "{{{{{{{{", "01234567\0", "ａａａａａａａａ",
    ])
    func badIDs(id: String) {
        #expect(throws: BadZnode("its id is not 8 to 64 letters, digits or hyphens")) {
            try ClusterRecord(id: id, members: 1).validated()
        }
    }

    @Test func membersAreCounted() throws {
        for members in [0, 1, 3, 100_000] { _ = try ClusterRecord(id: Self.id, members: members).validated() }
        for members in [Int.min, -1, 100_001, .max] {
            #expect(throws: BadZnode.self) { try ClusterRecord(id: Self.id, members: members).validated() }
        }
    }

    @Test func theReplicationIDIsRedissOwn() throws {
        for line in [Cast.line, String(repeating: "0", count: 40), "0123456789abcdefABCDEF0123456789abcdef01"] {
            #expect(try ClusterRecord(id: Self.id, members: 1, replicationID: line).validated().replicationID == line)
        }
        for line in ["", "a", Cast.line + "a", String(repeating: "g", count: 40), String(repeating: "é", count: 20)] {
            #expect(throws: BadZnode.self) {
                try ClusterRecord(id: Self.id, members: 1, replicationID: line).validated()
            }
        }
    }

    @Test func theEpochIsNotNegative() throws {
        for epoch in [0, 1, Int.max] { _ = try ClusterRecord(id: Self.id, members: 1, epoch: epoch).validated() }
        for epoch in [-1, Int.min] {
            #expect(throws: BadZnode.self) { try ClusterRecord(id: Self.id, members: 1, epoch: epoch).validated() }
        }
    }
}
