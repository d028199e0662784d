import FoundationEssentials
import Runtime
import Testing
import Throttle
import Vocabulary

@testable import Cluster

/// Every line of a log is one line, of one shape, whatever goes into it.
@Suite(.inTurn) struct LogLineTests {
    private static let old = Address("10.0.0.1:6379")!
    private static let new = Address("10.0.0.2:6379")!

    private func line(_ message: String, _ fields: LogField...) -> LogLine {
        LogLine(time: "T", level: "info", source: "interrex watcher", message: message, fields: fields)
    }

    // MARK: Text

    @Test func text_shows_what_its_message_does_not_say() {
        let line = line(
            "/redis: \(Self.new) is master, after \(Self.old) (succession)", .cluster("/redis"), .master(Self.new),
            .cause("succession"), .event("master-changed"), .old(Self.old), .epoch(200), .took(.milliseconds(48)))
        #expect(
            line.text
                == "T info interrex watcher: /redis: 10.0.0.2:6379 is master, after 10.0.0.1:6379 (succession) epoch=200 "
                + "took=48ms")
    }

    @Test func a_part_of_a_word_does_not_say_it() {
        #expect(line("10.0.0.2:63790 is here", .address(Self.new)).text.hasSuffix(" address=10.0.0.2:6379"))
        #expect(line("110.0.0.2:6379 is here", .address(Self.new)).text.hasSuffix(" address=10.0.0.2:6379"))
        #expect(line("no-masters", .alert("no-master")).text.hasSuffix(" alert=no-master"))
        #expect(!line("so 10.0.0.2:6379.", .address(Self.new)).text.contains("="))
    }

    @Test func a_value_of_several_words_stands_in_quotes() {
        let hooks = ["a b": #""a b""#, "": #""""#, "a=b": #""a=b""#, #"a"b"#: #""a\"b""#]
        for (name, shown) in hooks { #expect(line("x", .hook(name)).text.hasSuffix(": x hook=\(shown)")) }
    }

    // MARK: JSON

    private struct Read: Decodable {
        var time, level, source, message: String
        var cluster, master, cause, event, old, who, hook: String?
        var took, epoch: Int?
    }

    private func read(_ line: LogLine) throws -> Read {
        try JSONDecoder().decode(Read.self, from: Data(line.json.utf8))
    }

    @Test func json_has_all_fields_and_numbers_as_such() throws {
        let line = line(
            "x 200 /redis", .cluster("/redis"), .master(Self.new), .cause("succession"), .event("master-changed"),
            .old(Self.old), .epoch(200), .took(.microseconds(48_900)), .who(nil))
        #expect(
            line.json
                == #"{"time":"T","level":"info","source":"interrex watcher","message":"x 200 /redis","cluster":"/redis","#
                + #""master":"10.0.0.2:6379","cause":"succession","event":"master-changed","old":"10.0.0.1:6379","#
                + #""epoch":200,"took":48}"#)
        #expect(try read(line).took == 48)
    }

    @Test func of_two_fields_with_one_name_the_first_counts() throws {
        let line = line("x", .cluster(nil), .cluster("/one"), .cluster("/other"))
        #expect(line.json.hasSuffix(#""message":"x","cluster":"/one"}"#) && line.text.hasSuffix(": x cluster=/one"))
    }

    // MARK: What anybody may have put into it

    @Test func nothing_ends_a_line_or_an_object() throws {
        let text = "a\nb\r\"}\\\u{301}\u{1b}[2J\u{2028}\u{85}"
        let line = LogLine(
            time: "T", level: "info", source: "interrex", message: text,
            fields: [.hook(text), LogField(ofLibrary: "x\n\"y", text)])
        for shown in [line.text, line.json] {
            #expect(!shown.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }, "\(shown)")
            #expect(!shown.contains("\u{2028}"))
        }
        let read = try read(line)
        #expect(read.message == text.oneLine && read.hook == read.message)
        #expect(line.json.contains(#""x__y":"#))
    }

    @Test func secrets_are_taken_out_of_messages_and_fields_before_they_are_cut() {
        let secret = "sesame" + String(repeating: "-4812", count: 30)
        Secrets.add([secret])
        for length in stride(from: 0, to: LogLine.valueLimit + 2, by: 3) {
            let text = String(repeating: "x", count: length) + secret + "y"
            let line = line(text, .who(text), .hook(text), LogField(ofLibrary: "peer", text))
            for shown in [line.text, line.json] { #expect(!shown.contains("4812"), "after \(length): \(shown)") }
        }
    }

    /// What a pipe takes whole.
    @Test func a_line_is_at_most_4096_bytes_and_still_an_object() throws {
        for character in ["x", "\"", "\\", "\u{1b}", "é"] {
            let long = String(repeating: character, count: 5_000)
            let libraries = (0..<100).map { LogField(ofLibrary: "\(long)-\($0)", long) }
            let more = (0..<100).map { LogField(ofLibrary: "key-\($0)", long) }
            let line = LogLine(
                time: "T", level: "info", source: "interrex", message: long,
                fields: [.hook(long), .took(.seconds(1))] + libraries + more)
            #expect(line.text.utf8.count < 4_096 && line.json.utf8.count < 4_096)
            #expect(line.json.utf8.count > 2_000)
            #expect(try read(line).took == 1_000)
        }
    }

    // MARK: Libraries

    @Test func a_librarys_names_do_not_pass_for_ours() throws {
        let names = ["time", "message", "cluster", "took", "hb.request.id"]
        let line = LogLine(
            time: "T", level: "info", source: "interrex", message: "x",
            fields: [.cluster("/redis")] + names.map { LogField(ofLibrary: $0, "theirs") })
        #expect(
            line.text
                == "T info interrex: x cluster=/redis metadata.time=theirs metadata.message=theirs metadata.cluster=theirs "
                + "metadata.took=theirs hb.request.id=theirs")
        let read = try read(line)
        #expect(read.time == "T" && read.message == "x" && read.cluster == "/redis" && read.took == nil)
    }
}
