import Testing
import Vocabulary

@testable import Rendering

@Suite(.timeLimit(.minutes(5))) struct RedactionTests {
    @Test(
        "secrets are hidden, all else stays",
        arguments: [
            ("requirepass secret", "requirepass \"<hidden>\""), ("masterauth \"sec ret\"", "masterauth \"<hidden>\""),
            ("  REQUIREPASS 'secret'\r", "  REQUIREPASS \"<hidden>\"\r"),
            ("\"requirepass\" secret", "requirepass \"<hidden>\""),
            ("tls-key-file-pass secret", "tls-key-file-pass \"<hidden>\""),
            ("tls-client-key-file-pass secret", "tls-client-key-file-pass \"<hidden>\""),
            ("sentinel auth-pass m secret", "sentinel auth-pass m \"<hidden>\""),
            ("Sentinel Sentinel-Pass secret", "Sentinel Sentinel-Pass \"<hidden>\""),
            ("sentinel auth-pass m secret secret", "sentinel auth-pass m \"<hidden>\" \"<hidden>\""),
            ("user a on >secret #secret +@all ~*", "user a on \">&\" \"#&\" +@all ~*"),
            ("user a on \">sec ret\" <secret !secret nopass", "user a on \">&\" \"<&\" \"!&\" nopass"),
            ("# requirepass secret", "# requirepass \"<hidden>\""), ("#user a >secret", "#user a \">&\""),
            ("requirepass \"secret", "requirepass \"<hidden>\""),
            ("sentinel auth-pass m 'secret", "sentinel auth-pass m \"<hidden>\""),
            ("user a >\"secret", "user a \"<hidden>\""),
            ("requirepass", "requirepass"), ("# requirepass is set below", "# requirepass is set below"),
            ("appendonly \"yes\"", "appendonly \"yes\""), ("sentinel auth-user m rex", "sentinel auth-user m rex"),
            ("requirepas s3cret", "requirepas \"&\""), ("masterauht s3cret", "masterauht \"&\""),
            ("requirepassword s3cret", "requirepassword \"&\""), ("usr a on >s3cret", "usr \"&\" \"&\" \"&\""),
            ("user a on s3cret ~* +@all", "user a on \"&\" ~* +@all"),
            ("sentinel auth-pas m s3cret", "sentinel auth-pas \"&\" \"&\""),
            ("sentinel sentinel-pas s3cret", "sentinel sentinel-pas \"&\""),
            ("# user of all this", "# user of all this"), ("tls-auth-clients no", "tls-auth-clients no"),
            ("save 60 1", "save 60 1"), ("sentinel monitor m a 1 2", "sentinel monitor m a 1 2"),
            ("masteruser rex", "masteruser rex"), ("bad \"line", "bad \"line"), ("", ""), ("#", "#"),
        ])
    func line(_ text: String, _ expected: String) {
        let expected = expected.replacing("&", with: "<hidden>")
        #expect(redacted(text) == expected)
        #expect(redacted("a b\n\(text)\n") == "a b\n\(expected)\n")
    }

    @Test(
        "the same words are known as Redis reads them, without quotes",
        arguments: [
            ("requirepass secret", ["secret"]), ("MasterAuth 'sec ret'", ["sec ret"]),
            ("user a on >secret #hash +@all \">two words\" '<it\\'s'", [">secret", "#hash", ">two words", "<it's"]),
            ("sentinel auth-pass m \"a\\\"b\"", ["a\"b"]), ("sentinel sentinel-pass s\r", ["s"]),
            ("user a on ~* +@all", []), ("user", []), ("requirepass", []), ("appendonly yes", []),
            ("# requirepass secret", []), ("requirepass \"secret", []), ("", []),
        ] as [(String, [String])])
    func words(_ text: String, _ expected: [String]) {
        #expect(secrets(in: text) == expected)
        #expect(secrets(in: "port 1\n\(text)\n") == expected)
    }

    @Test("no secret is left in a rendered file, and the rest is the same text")
    func renderedFiles() throws {
        for password in ["s3cret", "s3cret with \"quotes\" # and 'more'", "s3cret\\é"] {
            var file = RedisFile.plain
            file.credentials = Credentials(username: "rex", password: Secret(password))
            let text = try file.rendered(settings: "user bob on {{#password}}>s3cret{{/password}} ~* &* +@all\n")
            let shown = redacted(text)
            #expect(!shown.contains("s3cret"))
            #expect(shown.split(separator: "\n").count == text.split(separator: "\n").count)
            #expect(directives(shown).map { $0[0] } == directives(text).map { $0[0] })
        }
        var file = SentinelFile.plain
        file.credentials = Credentials(username: "rex", password: Secret("s3cret"))
        file.sentinelPassword = Secret("s3cret")
        #expect(try !redacted(file.rendered()).contains("s3cret"))
        #expect(try redacted(RedisFile.plain.rendered()) == RedisFile.plain.rendered())
    }

    @Test("printing a file's value shows no secret")
    func description() {
        var file = SentinelFile.plain
        file.credentials = Credentials(username: "rex", password: Secret("s3cret"))
        file.sentinelPassword = Secret("s3cret")
        var dumped = ""
        dump(file, to: &dumped)
        for text in ["\(file)", String(reflecting: file), dumped] {
            #expect(!text.contains("s3cret"))
            #expect(text.contains("rex"))
        }
    }
}
