import Cluster
import Succession
import Support
import Testing
import ZooKeeper

/// The candidates of a cold start.
struct CandidateTests {
    let fresh = Freshness(
        holdsData: true, replicationID: String(repeating: "a", count: 40), offset: 1_234, modified: 1_700_000_000)

    @Test func each_gets_the_next_number_and_keeps_what_it_said() async throws {
        try await Place.with { place in
            #expect(try await place.registry.candidates() == [])
            let other = try await place.another()
            let paths = try await [
                place.registry.stand(Address(7001), fresh), other.stand(Address("[2001:db8::1]:7002")!, .empty),
                place.registry.stand(Address(7003), Freshness(holdsData: true, modified: 5)),
            ]
            #expect(paths.compactMap(Registry.number(ofCandidate:)) == [0, 1, 2])
            #expect(
                try await place.registry.candidates() == [
                    Candidate(number: 0, address: Address(7001), freshness: fresh),
                    Candidate(number: 1, address: Address("[2001:db8::1]:7002")!, freshness: .empty),
                    Candidate(
                        number: 2, address: Address(7003), freshness: Freshness(holdsData: true, modified: 5)),
                ])
        }
    }

    @Test func one_goes_with_its_session_or_when_it_is_removed() async throws {
        try await Place.with { place in
            let other = try await place.another()
            _ = try await other.stand(Address(7001), .empty)
            let mine = try await place.registry.stand(Address(7002), .empty)
            await other.session.close()
            #expect(try await place.registry.candidates().map(\.number) == [1])
            await place.registry.remove(mine)
            // Gone already is as good.
            await place.registry.remove(mine)
            #expect(try await place.registry.candidates() == [])
        }
    }

    @Test(arguments: [
        "candidates/n-0000000000": 0, "n-0000000017": 17, "n-2147483647": 2_147_483_647, "n-": nil, "n0000000001": nil,
        "n-x": nil, "": nil,
    ])
    func the_number_of_a_node(_ path: String, _ number: Int?) {
        #expect(Registry.number(ofCandidate: path) == number)
    }

    @Test func a_node_whose_name_is_none_of_ours_is_left_out() async throws {
        try await Place.with { place in
            try await place.put("\(place.paths.candidates)/notes", "not JSON")
            _ = try await place.registry.stand(Address(7001), .empty)
            #expect(try await place.registry.candidates().map(\.address) == [Address(7001)])
        }
    }

    @Test(arguments: [
        "", "{", "[]", "null", "127.0.0.1 7001", #"{"address":"127.0.0.1 7001"}"#,
        #"{"address":"127.0.0.1 7001","freshness":{}}"#,
        #"{"address":"127.0.0.1:7001","freshness":{"holds_data":true}}"#,
        #"{"address":"127.0.0.1 7001\nx","freshness":{"holds_data":true}}"#,
        #"{"address":"127.0.0.1 70000","freshness":{"holds_data":true}}"#,
        "{\"address\":\"127.0.0.1 7001\",\n\"freshness\":{\"holds_data\":true}}",
    ])
    func data_that_none_of_us_would_write_is_refused_with_its_path(_ data: String) async throws {
        try await Place.with { place in
            let path = place.paths.candidatePrefix + "0000000007"
            try await place.put(path, data)
            let before = try await place.tree()
            let failure = try await failure { try await place.registry.candidates() }
            #expect(failure.code == .badData)
            #expect(failure.description.hasPrefix("\(path) in ZooKeeper can't be used: "))
            #expect(try await place.tree() == before)
        }
    }
}
