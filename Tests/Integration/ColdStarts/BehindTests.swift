import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// Nobody begins behind what there was: not empty, and not with an old copy, unless somebody says so.
@Suite(.inTurn) struct BehindTests {
    /// Who stands while all that is newer is missing.
    enum Behind: String, CaseIterable {
        /// Three new members.
        case empty
        /// One that was down while 100,000 keys were written.
        case stale

        /// What there is without them, and with them.
        var keys: (own: Int, all: Int) { self == .empty ? (0, 812) : (100, 100_100) }
        /// A refusal comes later than the window of a cold start that not all stand in.
        var timeout: Int { self == .empty ? 5 : 9 }
    }

    @Test(arguments: Behind.allCases)
    func they_are_refused_again_and_again_and_follow_when_a_member_with_the_data_comes(behind: Behind) async throws {
        try await DataCluster.with(variables: variables(behind)) { data in
            try await loseAll(data, behind)
            for _ in 0..<(behind == .empty ? 2 : 1) {
                let said = try await start(behind, in: data).refuse(within: .seconds(behind.timeout + 5))
                for line in said {
                    #expect(line.contains("accept-loss"), "it says how to go on")
                    #expect(line.contains("\(behind.keys.all)"), "it says what the cluster held: \(line)")
                }
            }
            #expect(try await data.cluster.children("/redis/candidates").isEmpty)

            let waiting = try start(behind, in: data)
            for server in waiting { try await server.waits() }
            let returned = try data.start(data.members[0])
            let begin = ContinuousClock.now
            // An empty one makes the number of candidates complete; a stale one is one of three that were counted.
            let others = behind == .empty ? [] : [try data.start(data.members[1])]
            try await returned.ready()
            #expect(ContinuousClock.now - begin < .seconds(5))
            let master = try await (waiting + [returned] + others).hold(behind.keys.all, within: .seconds(20))
            #expect(waiting.allSatisfy { $0.port != master.port })
        }
    }

    @Test(arguments: Behind.allCases)
    func an_operators_word_lets_one_begin_at_once_and_is_used_up(behind: Behind) async throws {
        try await DataCluster.with(variables: variables(behind, ["MASTER_TIMEOUT": "30s"])) { data in
            try await loseAll(data, behind)
            let waiting = try start(behind, in: data)
            for server in waiting { try await server.waits() }
            let word = #"{"who": "an operator", "why": "the disks are gone"}"#
            let begin = ContinuousClock.now
            try await data.cluster.session.create("/redis/accept-loss", Array(word.utf8))
            try await eventually("one is master") { try await !waiting.masters().isEmpty }
            #expect(ContinuousClock.now - begin < .seconds(4))
            try await waiting.hold(behind.keys.own, within: .seconds(15))
            #expect(try await data.cluster.text("/redis/accept-loss") == nil)
        }
    }

    @Test(arguments: Behind.allCases)
    func after_the_time_that_was_set_one_begins_by_itself(behind: Behind) async throws {
        let wait = 11
        let own = ["MASTER_TIMEOUT": "40s", "ACCEPT_LOSS_AFTER": "\(wait)s"]
        try await DataCluster.with(variables: variables(behind, own)) { data in
            try await loseAll(data, behind)
            let begin = ContinuousClock.now
            let waiting = try start(behind, in: data)
            try await eventually("one is master", within: .seconds(wait + 10)) {
                try await !waiting.masters().isEmpty
            }
            // Counted from when the master was last seen, which may be a look of the watcher before it was killed.
            #expect(ContinuousClock.now - begin > .seconds(wait - 3))
            try await waiting.hold(behind.keys.own, within: .seconds(15))
        }
    }

    /// What keeps nothing can't get it back by waiting.
    @Test func a_cache_begins_again_at_once() async throws {
        let cache = [quickRedis, quickRedis, quickRedis]
        try await DataCluster.with(cache, variables: variables(.empty, ["MASTER_TIMEOUT": "20s"])) { data in
            try await data.write(812)
            try await data.kill(data.members)
            let returned = try data.members.map { try data.start($0) }
            let begin = ContinuousClock.now
            try await returned.hold(0, within: .seconds(15))
            #expect(ContinuousClock.now - begin < .seconds(8))
        }
    }

    private func variables(_ behind: Behind, _ own: [String: String] = [:]) -> [String: String] {
        ["MASTER_TIMEOUT": "\(behind.timeout)s"].merging(own) { $1 }
    }

    private func loseAll(_ data: DataCluster, _ behind: Behind) async throws {
        if behind == .stale {
            try await data.write(100)
            try await data.kill([data.members[2]])
        }
        try await data.write(behind.keys.all - behind.keys.own, "later", total: behind.keys.all)
        try await data.kill(data.members)
    }

    private func start(_ behind: Behind, in data: DataCluster) throws -> [Launched] {
        switch behind {
        case .empty: try (0..<3).map { _ in try data.start() }
        case .stale: [try data.start(data.members[2])]
        }
    }
}
