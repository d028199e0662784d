import Documents
import Testing

/// What docs/extending.md shows as an example is what is compiled and tested here.
@Suite(.timeLimit(.minutes(5))) struct ExtendingTests {
    private let text = Document("docs/extending.md").text

    @Test func itsBehaviourIsTheTestedOne() {
        let file = Document("Tests/SuccessionTests/Watching/TooFewReplicas.swift")
        let example = file.lines.drop { !$0.hasPrefix("///") }
        #expect(example.count > 20)
        #expect(text.contains("```swift\n" + example.joined(separator: "\n") + "```"))
    }

    @Test func itNamesEveryAction() {
        for action in [
            ".record", ".succeed", ".force", ".announce", ".switchOver", ".answer",
            ".promote", ".repoint", ".reset", ".attach", ".configure", ".remove", ".keep",
            ".alert",
            ".publish",
        ] { #expect(text.contains("`\(action)`"), "\(action)") }
    }
}
