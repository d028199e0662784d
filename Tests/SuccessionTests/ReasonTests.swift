import Testing

@testable import Succession

/// Every refusal is one clear line: it names the address and, where a person can help, what to check (promise 8).
@Suite(.timeLimit(.minutes(5))) struct ReasonTests {
    static let reasons: [Reason] = [
        .nothingRecorded, .unrecordedMembers([Cast.first, Cast.second]), .failoverInProgress, .neverMaster,
        .neverMasters([Cast.first]),
        .notKnownToBeOurs(Cast.recorded), .denied(Cast.recorded), .stranger(Cast.recorded),
        .startingOrCutOff(Cast.recorded), .dead(Cast.recorded), .promotionOf(master: Cast.recorded, [Cast.first]),
        .unknownData(master: Cast.recorded, [Cast.first]), .fresherMembers([Cast.first]),
        .settling(present: 1, expected: 3, rest: .seconds(2)), .settling(present: 1, expected: nil, rest: .seconds(2)),
        .fresherCandidate(Cast.first, number: 3), .disputedCluster("fedcba9876543210"), .silent(Cast.recorded),
        .loading(Cast.recorded),
        .follows(Cast.recorded, Cast.gone), .follows(Cast.recorded, nil),
    ]

    @Test(arguments: reasons)
    func isOneLine(_ reason: Reason) {
        #expect(!reason.description.isEmpty)
        #expect(reason.description.split(whereSeparator: \.isNewline).count == 1)
        #expect(!reason.description.contains("Address("))
    }

    @Test func eachIsToldInItsOwnWords() {
        #expect(Set(Self.reasons.map(\.description)).count == Self.reasons.count)
    }

    @Test func anUnknownRedisSaysWhatToCheck() {
        let text = Reason.notKnownToBeOurs(Cast.recorded).description
        for word in [
            "10.0.0.2:7002", "renew-lease", "mark", "are no proof", "another tool",
            "CONFIG SET proc-title-template '{title} {listen-addr} {server-mode} ZK_ROOT MASTER_NAME -'", "CONFIG GET",
        ] {
            #expect(text.contains(word))
        }
    }

    @Test func aLockedDoorNamesTheVariables() {
        let text = Reason.denied(Cast.recorded).description
        #expect(text.contains("REDIS_PASSWORD") && text.contains("REDIS_USERNAME"))
    }

    @Test func aColdStartSaysWhomItWaitsFor() {
        let text = Reason.settling(present: 2, expected: 3, rest: .seconds(2)).description
        #expect(text.contains("cold start") && text.contains("2 of 3 members"))
        let uncounted = Reason.settling(present: 2, expected: nil, rest: .seconds(2)).description
        #expect(uncounted.contains("cold start") && uncounted.contains("2 here"))
        #expect(
            Reason.fresherCandidate(Cast.first, number: 3).description.contains("10.0.0.3:7003 has the freshest data"))
    }

    /// A window closes: only for it a launcher may wait longer than it was told to.
    @Test(arguments: reasons) func onlyAWindowEndsByItself(_ reason: Reason) {
        let isWindow = if case .settling = reason { true } else { false }
        #expect(reason.endsByItself == isWindow)
    }

    @Test func membersAreListed() {
        let text = Reason.unrecordedMembers([Cast.first, Cast.second]).description
        #expect(text.contains("10.0.0.3:7003, 10.0.0.4:7004"))
    }
}
