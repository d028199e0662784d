import Glibc
import Support
import Testing
import Throttle

/// A server that does not come up though its settings are right: its own exit code, and nobody has to wait for what it
/// left (F69).
@Suite(.inTurn) struct RefusedConfigurationTests {
    @Test("F69: a server that ends at once, whatever its code, gives its place back", arguments: [0, 3, 137])
    func f69_endsAtOnce(_ code: Int32) async throws {
        try await Place.with { place in
            let tools = try TemporaryFolder("tools")
            let script = "#!/bin/sh\n" + (code > 128 ? "kill -\(code - 128) $$\n" : "exit \(code)\n")
            try writeProgram(script, to: "\(tools.path)/server")
            let outcome = try await Outcome.of(
                ["redis"], place.variables(port: freePort(), ["REDIS_SERVER": "\(tools.path)/server"]),
                in: TemporaryFolder())
            #expect(outcome.code == code, "\(outcome)")
            try await eventually("its node goes at once", within: .seconds(3)) { try await place.registered() == [] }
            try await expectTakeover(place)
        }
    }
}

/// Writes a script that can be executed.
func writeProgram(_ text: String, to path: String) throws {
    try write(text, to: path)
    guard chmod(path, 0o755) == 0 else { throw TestFailure("\(path) can't be made executable") }
}
