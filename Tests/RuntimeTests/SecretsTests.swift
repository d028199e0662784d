import Runtime
import Testing
import Throttle

/// Secrets are taken out of texts. Each test has secrets of its own: what is known is known to the whole process.
@Suite(.inTurn) struct SecretsTests {
    @Test func each_is_replaced_wherever_it_stands_the_longest_first() {
        Secrets.add(["sesame-4711", "sesame-4711-and-more", "grüße 🔑 4711"])
        #expect(Secrets.removed(from: "a sesame-4711, 'sesame-4711-and-more'!") == "a <hidden>, '<hidden>'!")
        #expect(Secrets.removed(from: "xsesame-4711sesame-4711x grüße 🔑 4711") == "x<hidden><hidden>x <hidden>")
        #expect(Secrets.removed(from: "sesame-471") == "sesame-471")
        #expect(Secrets.removed(from: "") == "")
    }

    @Test func a_short_one_and_a_word_that_is_said_anyway_only_in_quotes() {
        Secrets.add(["q~", "blue4712", "Master"], saidOpenly: ["/teams/blue4712"])
        #expect(Secrets.removed(from: "q~q~ /teams/blue4712 the Master") == "q~q~ /teams/blue4712 the Master")
        let quoted = "unknown: 'auth-pass' 'q~' \"blue4712\" `Master`"
        #expect(Secrets.removed(from: quoted) == "unknown: 'auth-pass' '<hidden>' \"<hidden>\" `<hidden>`")
    }
}
