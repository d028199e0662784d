import Testing
import Vocabulary

@testable import Succession

/// Which replicas a new sentinel is told of: it has each of them follow its master.
@Suite(.timeLimit(.minutes(5))) struct SeedTests {
    private typealias C = Cast
    private static let start = Observation.start.recorded(C.master(), leased: true)

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let observation: Observation
        let isSeeded: Bool

        init(_ name: String, _ observation: Observation, _ isSeeded: Bool) {
            (testDescription, self.observation, self.isSeeded) = (name, observation, isSeeded)
        }
    }

    static let cases = [
        Case("a replica of this master", start.member(C.first, C.replica()), true),
        Case("its mark can't be read", start.member(C.first, C.replica(), mark: .unknown), true),
        Case("it has lost its lease", start.server(C.first, C.replica()), true),
        Case("neither lease nor mark", start.server(C.first, C.replica(), mark: .unknown), false),
        Case("no mark, for sure", start.member(C.first, C.replica(), mark: .absent), false),
        Case("of another root", start.member(C.first, C.replica(), mark: .mark(C.markOfAnotherRoot)), false),
        Case("of a namesake", start.member(C.first, C.replica(), mark: .mark(C.markOfNamesake)), false),
        Case(
            "of another master, its mark can't be read",
            start.member(C.first, C.replica(of: C.foreign), mark: .unknown)
                .server(C.foreign, C.master(), mark: .mark(C.markOfNamesake)), false),
        Case(
            "of nobody known, its mark can't be read",
            start.member(C.first, C.replica(of: C.gone), mark: .unknown).server(C.gone, .refused, mark: .unknown), false
        ),
        Case(
            "of another replica of ours",
            start.member(C.second, C.replica()).member(C.first, C.replica(of: C.second)), true),
        Case(
            "ours, of a dead one",
            start.member(C.first, C.replica(of: C.gone)).server(C.gone, .refused, mark: .unknown), true),
        Case("ours, of one that nobody has asked", start.member(C.first, C.replica(of: C.gone)), false),
        Case(
            "ours, of a master that lives and is none of ours",
            start.member(C.first, C.replica(of: C.heir)).server(C.heir, C.master(), mark: .absent), false),
        Case("a master", start.member(C.first, C.master()), false),
        Case(
            "a replica of the dead master",
            .start.recorded(.refused).member(C.first, C.replica(linked: false), mark: .unknown), true),
    ]

    @Test(arguments: cases) func seeds(_ one: Case) {
        #expect(one.observation.seeds(of: C.recorded).contains(C.first) == one.isSeeded)
        #expect(!one.observation.seeds(of: C.recorded).contains(C.recorded))
    }

    @Test func who_is_followed_by_one_of_ours_is_asked_before() {
        let strays = Self.start.member(C.first, C.replica(of: C.gone)).member(C.second, C.replica())
            .member(C.heir, C.replica(of: C.foreign), mark: .unknown)
        #expect(strays.unaskedMasters == [C.gone])
        #expect(strays.server(C.gone, .refused, mark: .unknown).unaskedMasters.isEmpty)
    }
}
