import Inspection
import Succession
import Testing

/// Commands to paste do what they say, whatever names others chose.
@Suite(.timeLimit(.minutes(5))) struct ShellWordTests {
    /// The nodes below a root may be named by anybody who may write there.
    @Test(arguments: [nil, 60])
    func aNameFromOutsideIsOneWord(_ width: Int?) throws {
        var evidence = Evidence.healthy
        evidence.nodes.identities["/redis/identities/x; rm -rf  '$HOME'"] = Evidence.sentinels[0]
        evidence.machine.brokenScripts[Evidence.sentinels[0]] = ["/opt/a script; reboot"]
        let report = DoctorReport(Examination(of: evidence), root: "/redis")
        let text = report.lines(on: Canvas(width: width)).joined(separator: "\n").replacing(#/ \\\n +/#, with: " ")
        #expect(text.contains(#"delete '/redis/identities/x; rm -rf  '\''$HOME'\'''"#), "\(text)")
        #expect(text.contains("chmod a+rx '/opt/a script; reboot'"), "\(text)")
    }

    /// A shell would take the stroke for a pipe.
    @Test func aRuleOfAnACLIsQuoted() throws {
        var evidence = Evidence.healthy
        evidence.answers[Evidence.master]?.forbidden = ["CONFIG SET"]
        let entry = try #require(Examination(of: evidence).entries.first { $0.check.name == "commands" })
        #expect(entry.results.flatMap(\.fix).contains { $0.hasSuffix("ACL SETUSER USER '+config|set'") })
    }
}
