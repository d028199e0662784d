import Testing
import Vocabulary

@testable import Succession

/// Which of those that are registered count as sentinels of this cluster.
@Suite(.timeLimit(.minutes(5))) struct BeliefTests {
    private static let (ours, foreign) = (Cast.recorded, Cast.heir)
    private static let names = (1...7).map { "0000000\($0)-0000-4000-8000-000000000000" }
    private static let addresses = (1...7).map { Cast.address("10.0.1.\($0):26379") }

    private static func id(_ number: Int) -> String { SentinelClaim.runID(of: names[number]) }

    /// A sentinel that our launcher has started, and that lists these and hears them, or only some of them.
    private static func real(
        _ number: Int, listing peers: [Int] = [], hearing heard: [Int]? = nil, names master: Address? = ours
    ) -> SentinelClaim {
        var opinion = opinion(number, peers, master)
        opinion.details.heard = Set((heard ?? peers).map { addresses[$0] })
        return SentinelClaim(names[number], at: addresses[number], isVouched: true, opinion)
    }

    private static func lost(_ claim: SentinelClaim) -> SentinelClaim {
        var claim = claim
        claim.isRegistered = false
        return claim
    }

    /// A node that anybody has written.
    private static func written(
        _ number: Int, named name: String? = nil, listing peers: [Int] = [], names master: Address? = foreign
    ) -> SentinelClaim {
        SentinelClaim(
            name ?? names[number], at: addresses[number], isVouched: false, opinion(number, peers, master, epoch: 1_000)
        )
    }

    private static func opinion(_ number: Int, _ peers: [Int], _ master: Address?, epoch: Int = 1) -> Opinion {
        var opinion = Opinion(names: master, epoch: epoch, peers: peers.count)
        opinion.id = id(number)
        opinion.details.sentinels = peers.map { addresses[$0] }
        opinion.details.sentinelIDs = Dictionary(uniqueKeysWithValues: peers.map { (addresses[$0], id($0)) })
        return opinion
    }

    private static func silent(_ claim: SentinelClaim) -> SentinelClaim {
        var claim = claim
        claim.opinion = nil
        return claim
    }

    private static let three = [real(0, listing: [1, 2]), real(1, listing: [0, 2]), real(2, listing: [0, 1])]

    @Test func four_false_ones_with_the_ids_of_their_names_are_no_majority() {
        let false4 = (3...6).map { Self.written($0, listing: [0, 1, 2, 3, 4, 5, 6].filter { $0 != 3 }) }
        let sentinels = Sentinels(claims: Self.three + false4)
        #expect(sentinels.electorate == 3 && sentinels.majorityAddress == Self.ours)
        #expect(sentinels.map(\.address) == Array(Self.addresses.prefix(3)))
        #expect(sentinels.doubted.map(\.name) == Array(Self.names[3...6]))
        // Alone they are nobody, but somebody is registered.
        let alone = Sentinels(claims: false4)
        #expect(alone.isEmpty && alone.majorityAddress == nil && !alone.areAbsent)
        #expect(Sentinels(claims: []).areAbsent)
    }

    @Test func an_identity_is_worth_nothing_at_another_address_or_under_another_id() {
        // Its node names a real identity, and points elsewhere.
        let elsewhere = SentinelClaim(
            Self.names[0], at: Self.addresses[5], isVouched: false, Self.opinion(0, [1, 2], Self.foreign))
        #expect(Sentinels(claims: [elsewhere] + Self.three[1...]).opinions.count == 2)
        // Another sentinel has the port of ours: ours counts as one that is not heard, until its node is gone.
        let taken = SentinelClaim(
            Self.names[2], at: Self.addresses[2], isVouched: true, Self.opinion(5, [], Self.foreign))
        let sentinels = Sentinels(claims: Self.three.dropLast() + [taken])
        #expect(sentinels.opinions.count == 2 && sentinels.electorate == 3 && sentinels.doubted == [taken])
        #expect(sentinels.map(\.opinion?.names) == [Self.ours, Self.ours, nil])
    }

    @Test func what_another_tool_has_registered_counts_once_a_believed_one_lists_it() {
        let tools = [
            Self.written(3, named: "tool-a", names: Self.ours), Self.written(4, named: "tool-b", names: Self.ours),
        ]
        #expect(Sentinels(claims: Self.three + tools).count == 3)
        let one = [Self.real(0, listing: [1, 2, 3])] + Self.three[1...]
        #expect(Sentinels(claims: one + tools).map(\.address) == Array(Self.addresses.prefix(4)))
        // Until that one hears it, too, it has a vote, and neither a veto nor a secret.
        #expect(Sentinels(claims: one + tools).confidants.count == 4)
        let deaf = [Self.real(0, listing: [1, 2, 3], hearing: [1, 2])] + Self.three[1...]
        #expect(Sentinels(claims: deaf + tools).map(\.isConfirmed) == [true, true, true, false])
        #expect(Sentinels(claims: deaf + tools).confidants.count == 3)
        // Through one another, too.
        let chain = [Self.written(3, named: "tool-a", listing: [4], names: Self.ours), tools[1]]
        #expect(Sentinels(claims: one + chain).count == 5)
        // At the address that is listed, but another sentinel.
        var other = tools[0]
        other.opinion?.id = Self.id(6)
        #expect(Sentinels(claims: one + [other]).count == 3)
        other.opinion?.id = nil
        #expect(Sentinels(claims: one + [other]).count == 3)
    }

    @Test func one_that_is_silent_counts_where_it_is_expected() {
        let missing = Self.three.dropLast() + [Self.silent(Self.three[2])]
        #expect(Sentinels(claims: Array(missing)).electorate == 3)
        // All of them: nobody is heard, and nobody is thought away.
        let none = Sentinels(claims: Self.three.map(Self.silent))
        #expect(none.electorate == 3 && none.opinions.isEmpty)
        // Junk that refuses or is silent counts for nothing, whatever its number.
        let junk = (3...6).map { Self.silent(Self.written($0, named: "junk-\($0)")) }
        let sentinels = Sentinels(claims: Self.three + junk)
        #expect(sentinels.electorate == 3 && sentinels.doubted.count == 4)
        #expect(sentinels.allSatisfy { $0.opinion != nil })
        // Unless a real one lists it.
        let listing = [Self.real(0, listing: [1, 2, 3])] + Self.three[1...]
        #expect(Sentinels(claims: listing + junk).map(\.address) == Array(Self.addresses.prefix(4)))
    }

    @Test func the_peers_of_a_real_one_count_though_their_leases_are_gone() {
        #expect(Sentinels(claims: [Self.three[0]]).electorate == 3)
        #expect(Sentinels(claims: [Self.three[0]]).majorityAddress == nil)
        // False ones shrink nothing, and raise nothing.
        #expect(Sentinels(claims: [Self.three[0], Self.written(4, listing: [0, 1, 2, 3, 5, 6])]).electorate == 3)
    }

    @Test func a_lost_lease_does_not_matter_to_one_that_answers_by_its_identity() {
        let sentinels = Sentinels(claims: [Self.three[0], Self.lost(Self.three[1]), Self.lost(Self.three[2])])
        #expect(sentinels.majorityAddress == Self.ours && sentinels.map(\.isRegistered) == [true, false, false])
        #expect(sentinels.confidants.count == 3 && sentinels.unheard.isEmpty)
        // One that is gone as well is a peer at most, to be forgotten, and no news for anybody.
        let gone = Sentinels(claims: [Self.real(0), Self.lost(Self.silent(Self.three[1]))])
        #expect(gone.count == 1 && gone.electorate == 1 && gone.doubted.isEmpty)
        let reused = Sentinels(claims: [
            Self.real(0),
            Self.lost(
                SentinelClaim(
                    Self.names[1], at: Self.addresses[1], isVouched: true, Self.opinion(5, [], Self.foreign))),
        ])
        #expect(reused.count == 1 && reused.doubted.isEmpty)
    }

    /// Ids stand in ZooKeeper and in every sentinel's list.
    @Test func who_answers_under_a_dead_one_s_id_on_its_port_counts_only_if_a_registered_one_has_just_heard_it() {
        let false2 = Self.lost(Self.real(2, names: nil))
        func claims(hearing: [Int]) -> [SentinelClaim] {
            [Self.real(0, listing: [1, 2], hearing: hearing), Self.real(1, listing: [0, 2], hearing: [0]), false2]
        }
        let sentinels = Sentinels(claims: claims(hearing: [1]))
        #expect(sentinels.map(\.address) == Array(Self.addresses.prefix(2)) && sentinels.unheard == [false2])
        #expect(sentinels.electorate == 3 && sentinels.majorityAddress == Self.ours && sentinels.doubted.isEmpty)
        let heard = Sentinels(claims: claims(hearing: [1, 2]))
        #expect(heard.count == 3 && heard.unheard.isEmpty && heard.confidants.count == 3)
        // Another id than the one that is heard there.
        var other = false2
        other.opinion?.id = Self.id(6)
        #expect(Sentinels(claims: claims(hearing: [1, 2]).dropLast() + [other]).count == 2)
        // Nor by the word of one more without a node.
        let friend = Self.lost(Self.real(3, listing: [2]))
        #expect(Sentinels(claims: claims(hearing: [1]) + [friend]).count == 2)
        // A registered one that is silent is there all the same.
        let silent = claims(hearing: [1]).map { $0.isRegistered ? Self.silent($0) : $0 }
        #expect(Sentinels(claims: silent).opinions.isEmpty && Sentinels(claims: silent).electorate == 2)
    }

    /// A frozen process keeps its lease.
    @Test func registered_ones_that_are_mute_keep_nobody_from_counting_and_are_counted_against_them() {
        func mute(_ claim: SentinelClaim) -> SentinelClaim {
            var claim = Self.silent(claim)
            claim.isMute = true
            return claim
        }
        let lost = Self.three[1...].map(Self.lost)
        #expect(Sentinels(claims: [Self.silent(Self.three[0])] + lost).opinions.isEmpty)
        let sentinels = Sentinels(claims: [mute(Self.three[0])] + lost)
        #expect(sentinels.majorityAddress == Self.ours && sentinels.electorate == 3 && sentinels.opinions.count == 2)
        // As long as one of them may answer, it must have heard them.
        let two = [mute(Self.three[0]), Self.silent(Self.three[1])]
        #expect(Sentinels(claims: two + [lost[1]]).opinions.isEmpty)
        let deaf = [mute(Self.three[0]), Self.real(1, listing: [0, 2], hearing: [])]
        #expect(Sentinels(claims: deaf + [lost[1]]).opinions.count == 1)
        // Who took a dead one's port and id is outvoted by them.
        let false2 = Self.lost(Self.real(2, names: Self.foreign))
        #expect(Sentinels(claims: Self.three.dropLast().map(mute) + [false2]).majorityAddress == nil)
    }

    @Test func where_nobody_is_registered_the_ids_count_and_who_is_heard_by_nobody_has_no_veto_and_no_secret() {
        let all = Self.three.map(Self.lost)
        let sentinels = Sentinels(claims: all)
        #expect(sentinels.majorityAddress == Self.ours && sentinels.voices.count == 3 && sentinels.confidants.isEmpty)
        // A node that anybody has written makes none of them less.
        let junk = Sentinels(claims: all + [Self.silent(Self.written(5, named: "junk"))])
        #expect(junk.majorityAddress == Self.ours && junk.opinions.count == 3)
        let third = Self.lost(Self.real(2, names: Self.foreign))
        let two = [Self.real(0, listing: [1, 2], hearing: [1]), Self.real(1, listing: [0, 2], hearing: [0])]
        let split = Sentinels(claims: two.map(Self.lost) + [third])
        #expect(split.map(\.isConfirmed) == [true, true, false] && split.electorate == 3)
        #expect(split.voices.map(\.address) == Array(Self.addresses.prefix(2)))
        #expect(split.majorityAddress == Self.ours)
        // Where nobody is heard, all have one.
        #expect(Sentinels(claims: [third]).voices.count == 1)
    }

    @Test func who_is_locked_out_is_remembered() {
        var locked = Self.lost(Self.silent(Self.real(2)))
        locked.trouble = .withheld
        #expect(Sentinels(claims: [locked]).unheard == [locked] && Sentinels(claims: [locked]).areAbsent)
        locked.trouble = .silent
        #expect(Sentinels(claims: [locked]).unheard.isEmpty)
    }

    @Test func two_nodes_of_one_address_count_once() {
        let old = SentinelClaim(Self.names[5], at: Self.addresses[0], isVouched: false, Self.three[0].opinion)
        let sentinels = Sentinels(claims: Self.three + [old])
        #expect(sentinels.count == 3 && sentinels.electorate == 3 && sentinels.doubted.isEmpty)
    }

    @Test func the_order_of_the_nodes_decides_nothing() {
        var dice = SeededGenerator(seed: 5)
        let claims = Self.three + (3...6).map { Self.written($0, listing: [4]) } + [Self.silent(Self.real(5))]
        for _ in 0..<50 {
            let shuffled = Sentinels(claims: claims.shuffled(using: &dice))
            #expect(Array(shuffled) == Array(Sentinels(claims: claims)))
        }
    }
}
