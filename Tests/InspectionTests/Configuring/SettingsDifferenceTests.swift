import Inspection
import Testing
import Vocabulary

/// What runs otherwise than it was written.
@Suite(.timeLimit(.minutes(5))) struct SettingsDifferenceTests {
    private let running = [
        "maxmemory": "1073741824", "save": "3600 1 300 100 60 10000", "appendonly": "no", "replica-priority": "100",
        "client-output-buffer-limit": "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
        "replicaof": "10.0.0.1 6379", "port": "6379", "list-max-listpack-size": "-2",
    ]

    private func names(_ lines: [[String]], _ changes: [String: String] = [:]) -> [String] {
        SettingsComparison.differences(running: running.merging(changes) { $1 }, lines: lines).map(\.name)
    }

    @Test func what_is_written_in_other_words_is_none() {
        #expect(
            names([
                ["maxmemory", "1gb"], ["save", "3600", "1"], ["save", "300", "100", "60", "10000"],
                ["appendonly", "NO"],
                ["client-output-buffer-limit", "replica", "256mb", "64mb", "60"], ["port", "6379"],
                ["list-max-ziplist-size", "-2"], ["slave-priority", "100"], ["rename-command", "KEYS", ""],
                ["user", "default", "on"], ["no-such-setting", "1"],
            ]) == [])
    }

    @Test func the_last_line_counts_and_an_empty_save_takes_all_away() {
        #expect(names([["maxmemory", "1gb"], ["maxmemory", "2gb"]]) == ["maxmemory"])
        #expect(names([["maxmemory", "1gb"], ["save", "3600", "1"], ["save", ""]]) == ["save"])
        #expect(names([["maxmemory", "1gb"], ["save", ""]], ["save": ""]) == [])
    }

    @Test func what_no_line_names_is_compared_with_the_default() {
        let differences = SettingsComparison.differences(running: running, lines: [])
        #expect(differences == [SettingsDifference("maxmemory", running: "1073741824", written: "0", .standard)])
    }

    @Test func a_replica_s_role_and_the_priority_that_it_awaits_are_its_own() {
        #expect(names([["maxmemory", "1gb"], ["replicaof", "10.0.0.2", "6379"]]) == [])
        #expect(names([["maxmemory", "1gb"], ["replica-priority", "0"]]) == ["replica-priority"])
        let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: "0123456789abcdef")
        let lines = [["maxmemory", "1gb"], ["replica-priority", "0"]]
        #expect(names(lines + [["proc-title-template", mark.template(awaiting: 100)]]) == [])
        #expect(names(lines + [["proc-title-template", mark.template(awaiting: 50)]]) == ["replica-priority"])
    }

    @Test func the_others_tell_where_there_is_no_file_but_not_of_what_is_each_one_s_own() {
        let others = [running.merging(["maxmemory": "1gb", "port": "6380", "appendonly": "yes"]) { $1 }]
        let differences = SettingsComparison.differences(running: running, others: others)
        #expect(
            differences == [
                SettingsDifference("appendonly", running: "no", written: "yes", .others),
                SettingsDifference("maxmemory", running: "1073741824", written: "0", .standard),
            ])
    }
}
