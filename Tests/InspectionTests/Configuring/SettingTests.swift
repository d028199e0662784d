import Inspection
import Testing

/// Values of settings, however they are written.
@Suite(.timeLimit(.minutes(5))) struct SettingTests {
    @Test(arguments: [
        ("maxmemory", "1gb", "1073741824"), ("maxmemory", "1g", "1000000000"), ("maxmemory", "100mb", "102400KB"),
        ("appendonly", "YES", "yes"),
        ("client-output-buffer-limit", "replica 256mb 64mb 60", "slave 268435456 67108864 60"),
        ("notify-keyspace-events", "Ex", "xE"), ("notify-keyspace-events", "KA", "AK"), ("save", "900  1", "900 1"),
        ("maxmemory-clients", "5%", "5%"), ("timeout", "00", "0"),
    ])
    func two_ways_to_write_the_same_are_equal(_ name: String, _ one: String, _ other: String) {
        #expect(Setting.areEqual(one, other, of: name))
    }

    @Test(arguments: [
        ("maxmemory", "1gb", "1gib"), ("dbfilename", "Dump.rdb", "dump.rdb"), ("requirepass", "1k", "1000"),
        ("notify-keyspace-events", "Ex", "Kx"), ("save", "", "3600 1"), ("maxmemory", "99999999999999999999gb", "0"),
    ])
    func what_means_something_else_is_not(_ name: String, _ one: String, _ other: String) {
        #expect(!Setting.areEqual(one, other, of: name))
    }

    @Test func a_secret_is_never_shown() {
        for name in ["requirepass", "masterauth", "tls-key-file-pass"] {
            #expect(Setting.shown("sesame", of: name) == Setting.hidden)
            #expect(Setting.shown("", of: name) == "\"\"")
        }
        #expect(Setting.shown("1gb", of: "maxmemory") == "1gb")
    }

    @Test(arguments: [("maxmemory", true), ("*", false), ("max memory", false), ("", false), ("a[b]", false)])
    func a_name_is_no_pattern(_ name: String, _ isName: Bool) { #expect(Setting.isName(name) == isName) }
}
