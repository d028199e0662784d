import Testing
import Vocabulary

@testable import Succession

/// Which misled sentinels are told how to monitor the master, where that bears a password.
@Suite(.timeLimit(.minutes(5))) struct TrustTests {
    private typealias C = Cast
    private static let stranger = C.address("10.0.9.9:26379")
    private static func id(_ number: Int) -> String { String(repeating: "\(number)", count: 40) }

    /// Three that know each other by their ids.
    private static func three(_ names: (Address?, Address?, Address?)) -> Snapshot {
        var snapshot = Snapshot.healthy.voices(names.0, names.1, names.2)
        for number in 0..<3 {
            snapshot = snapshot.sentinel(number) { opinion in
                opinion.id = id(number)
                for peer in 0..<3 where peer != number { opinion.details.sentinelIDs[C.sentinels[peer]] = id(peer) }
            }
        }
        return snapshot.server(C.gone, .refused).with { ($0.hasPassword, $0.hasSentinelPassword) = (true, true) }
    }

    /// And one that is registered, proves its id, and that nobody lists.
    private static func joined(_ snapshot: Snapshot, naming name: Address? = nil) -> Snapshot {
        snapshot.with {
            var opinion = Opinion(names: name)
            opinion.id = id(9)
            $0.sentinels.append(SentinelReport(stranger, opinion))
        }
    }

    private static func told(_ snapshot: Snapshot) -> [Address] {
        let lasting = snapshot.lasting(.seconds(3))
        return RepointSentinels().actions(for: lasting, after: []).flatMap { action in
            if case .repoint(let sentinels, C.recorded) = action { sentinels } else { [Address]() }
        }
    }

    private static func alerts(_ snapshot: Snapshot) -> [String?] { snapshot.untoldSentinels.map(\.subject) }

    private static let right = three((C.recorded, C.recorded, C.recorded))

    @Test func one_that_the_others_list_is_told() {
        let misled = Self.three((nil, C.recorded, C.recorded))
        #expect(Self.told(misled) == [C.sentinels[0]] && Self.alerts(misled).isEmpty)
    }

    @Test(arguments: [nil, Cast.gone]) func one_that_nobody_lists_is_not_and_is_named(name: Address?) {
        let all = Self.joined(Self.right, naming: name)
        #expect(Self.told(all).isEmpty)
        #expect(Self.alerts(all) == ["\(Self.stranger)"])
        #expect(Self.told(all.with { $0.hasPassword = false }) == [Self.stranger])
        #expect(Self.alerts(all.with { $0.hasPassword = false }).isEmpty)
        // It does not keep the others from being told.
        let misled = Self.joined(Self.three((nil, C.recorded, C.recorded)), naming: name)
        #expect(Self.told(misled) == [C.sentinels[0]])
    }

    @Test func another_id_at_a_listed_address_is_not_told() {
        let other = Self.three((nil, C.recorded, C.recorded)).sentinel(0) { $0.id = Self.id(9) }
        #expect(Self.told(other).isEmpty && Self.alerts(other) == ["\(C.sentinels[0])"])
    }

    @Test func one_that_asks_for_no_password_though_ours_do_is_not_told() {
        let open = Self.three((nil, C.recorded, C.recorded)).sentinel(0) { $0.details.asksForPassword = false }
        #expect(Self.told(open).isEmpty)
        #expect(open.untoldSentinels.map(\.text).first?.contains("without SENTINEL_PASSWORD") ?? false)
        #expect(Self.told(open.with { $0.hasSentinelPassword = false }) == [C.sentinels[0]])
    }

    /// After an outage of all of them, or with a lone one, nobody is left who could vouch.
    @Test func where_none_knows_any_master_all_are_told() {
        #expect(Self.told(Self.three((nil, nil, nil))) == C.sentinels)
        #expect(Self.told(Self.joined(Self.three((nil, nil, nil)))) == C.sentinels + [Self.stranger])
    }

    @Test func where_all_name_a_dead_one_those_are_told_that_know_each_other() {
        let all = Self.three((C.gone, C.gone, C.gone))
        #expect(Self.told(all) == C.sentinels)
        #expect(Self.told(Self.joined(all)) == C.sentinels)
    }

    @Test func a_lone_one_is_told() {
        let lone = Self.three((C.gone, nil, nil)).with { $0.sentinels.removeLast(2) }.sentinel { $0.peers = 0 }
        #expect(Self.told(lone) == [C.sentinels[0]])
    }
}
