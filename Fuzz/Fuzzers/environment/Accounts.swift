import Fuzzing
import Glibc
import Runtime
import Vocabulary

@testable import Cluster

/// Names, users and passwords.
func checkAccounts(_ text: String) {
    if let redis = reading("MASTER_NAME", text, { e throws(Failure) in try RedisSettings(e) }) {
        let name = redis.masterName
        check(!name.isEmpty && name.utf8.count <= 128, "a name of \(name.utf8.count) bytes")
        check(
            name.utf8.allSatisfy { isLetterOrDigit($0) || ".-_".utf8.contains($0) }, "\(name) is a master's name")
    }
    for name in ["REDIS_PASSWORD", "SENTINEL_PASSWORD"] {
        if let redis = reading(name, text, { e throws(Failure) in try RedisSettings(e) }), !text.isEmpty {
            check((redis.credentials ?? redis.sentinelCredentials)?.password.text == text, "another password")
        }
    }
    let user = try? RedisSettings(Environment(["REDIS_USERNAME": text, "REDIS_PASSWORD": "x"])).credentials?.username
    if let user { check(user == text && split(user) == 1, "a user of more than a word") }
    // A refused secret is never shown: its refusal is that of any other one.
    for (name, others) in [("ZK_AUTH", ["x", "x\ny"]), ("REDIS_PASSWORD", ["x\ny", "x y"])] {
        if let reason = refusal(name, text) {
            check(others.contains { refusal(name, $0) == reason }, "a refusal of its own: \(reason)")
        }
    }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
}

private func split(_ text: String) -> Int { text.split(whereSeparator: \.isWhitespace).count }

private func refusal(_ name: String, _ text: String) -> String? {
    do throws(Failure) {
        let environment = Environment([name: text])
        if name == "ZK_AUTH" { _ = try RegistrySettings(environment) } else { _ = try RedisSettings(environment) }
        return nil
    } catch {
        return error.description
    }
}

/// One file without a name, written anew for each input.
private let secretFile: CInt = {
    // In memory: a disk would take most of the time.
    let file = open("/dev/shm", temporaryFile, 0o600)
    guard file >= 0 else { fatalError("no file in /dev/shm: \(lastError())") }
    return file
}()

func checkSecretFile(_ bytes: [UInt8]) {
    let path = "/proc/self/fd/\(secretFile)"
    guard ftruncate(secretFile, 0) == 0, pwrite(secretFile, bytes, bytes.count, 0) == bytes.count else {
        fatalError("the file can't be written: \(lastError())")
    }
    do {
        guard let secret = try Environment(["NAME_FILE": path]).secret("NAME") else { fatalError("no secret") }
        check(!secret.isEmpty && isOneLine(secret), "a secret of more than a line")
        let rest = bytes.dropFirst(secret.utf8.count)
        check(bytes.starts(with: secret.utf8), "another secret")
        check(["", "\n", "\r\n"].contains { rest.elementsEqual($0.utf8) }, "more than the line end is left out")
    } catch {
        check(
            isPrintable(error.description) && error.description.utf8.count <= longestLine,
            "a failure of more than a line")
        check(error.description.contains(path) || error.description.contains("NAME_FILE"), "not about the file")
    }
}

/// `O_TMPFILE | O_RDWR`: Glibc's module leaves the macro out.
private let temporaryFile: CInt = 0o20_000_000 | O_DIRECTORY | O_RDWR
