import Cluster
import Glibc
import Inspection
import Operating
import Support
import Testing

/// What standard output is written for.
@Suite(.timeLimit(.minutes(5))) struct OutputTests {
    @Test func aPipeHasNoColoursAndNoWidth() {
        let output = Output(Environment(["TERM": "xterm-256color"]), descriptor: -1)
        #expect(output.canvas.width == nil)
        #expect(!output.canvas.hasColour)
    }

    @Test(arguments: [
        ([:], true), (["TERM": "xterm-256color"], true), (["NO_COLOR": ""], true), (["NO_COLOR": "1"], false),
        (["TERM": "dumb"], false),
    ])
    func aTerminalHasColoursUnlessSomebodySaysNo(_ variables: [String: String], _ hasColour: Bool) throws {
        let terminal = try Terminal()
        let descriptor = open(terminal.path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        defer { close(descriptor) }
        let output = Output(Environment(variables), descriptor: descriptor)
        #expect(output.isTerminal)
        #expect(output.canvas.hasColour == hasColour)
        #expect(output.canvas.width == 80)
    }

    @Test func whoGivesACommandHasAName() {
        let file =
            "root:x:0:0:root:/root:/bin/sh\n\nbroken\n:x:7:\nops:x:1000:1000:,,,:/home/ops:/bin/sh\nolder:x:10:10::/:\n"
        func user(_ number: UInt32) -> String? { Operator.user(number, in: Array(file.utf8)) }
        #expect([0, 1_000, 10, 7, 100].map(user) == ["root", "ops", "older", nil, nil])
        #expect(Operator.name(Environment(["USER": "me"])).hasPrefix("me@"))
        #expect(Operator.name(Environment(["USER": "me", "SUDO_USER": "you"])).hasPrefix("you@"))
        // Whoever runs the tests is a user of this machine.
        #expect(!Operator.name(Environment([:])).hasPrefix("uid "))
    }

    @Test func aDumbTerminalShowsNothingBeyondASCII() {
        #expect(!Output(Environment(["TERM": "dumb", "LANG": "C.UTF-8"]), descriptor: -1).canvas.hasUnicode)
    }

    @Test(arguments: [("60", 60), ("7", nil), ("wide", nil)])
    func columnsOverrideTheTerminal(_ text: String, _ width: Int?) {
        #expect(Output(Environment(["COLUMNS": text]), descriptor: -1).canvas.width == width)
    }

    @Test(arguments: [(["LC_ALL": "C", "LANG": "de_DE.UTF-8"], false), (["LANG": "C.UTF-8"], true), ([:], false)])
    func theLocaleSaysWhetherThereIsMoreThanASCII(_ variables: [String: String], _ hasUnicode: Bool) {
        #expect(Output(Environment(variables), descriptor: -1).canvas.hasUnicode == hasUnicode)
    }
}
