import Documents
import Glibc
import Testing

/// The documents as a whole: they lead somewhere, and they can be read.
@Suite(.timeLimit(.minutes(5))) struct DocumentTests {
    @Test(arguments: Document.all) func everyLinkLeadsSomewhere(_ document: Document) {
        #expect(!document.text.isEmpty, "there is no such document")
        for link in document.links where !link.contains("://") {
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let path = parts[0].isEmpty ? document.path : Self.resolved(String(parts[0]), from: document.path)
            #expect(access("\(Document.root)/\(path)", F_OK) == 0, "\(link)")
            guard parts.count == 2 else { continue }
            #expect(Document(path).anchors.contains(String(parts[1])), "\(link)")
        }
    }

    @Test func theReadmeIsOnePage() {
        let lines = Document("README.md").lines.count - 1
        #expect((50...150).contains(lines))
    }

    @Test func theReadmeLeadsToEveryDocument() {
        let linked = Set(Document("README.md").links)
        for document in Document.all where document.path != "README.md" {
            #expect(linked.contains(document.path), "\(document.path)")
        }
    }

    /// The glossary names what not to write.
    @Test(arguments: Document.all) func itsWordsArePlain(_ document: Document) {
        let text = document.text.replacing("\n", with: " ").lowercased()
        for word in ["for down", "goes over", "go over the"] where document.path != "docs/glossary.md" {
            #expect(!text.contains(word), "\(word)")
        }
        for sentence in document.sentences {
            #expect(sentence.split(separator: " ").count < 50, "\(sentence)")
        }
    }

    /// A table's row and an address have no place to break.
    @Test(arguments: Document.all) func itsLinesFitTheScreen(_ document: Document) {
        for line in document.prose where line.count > 120 && !line.hasPrefix("|") {
            #expect(!line.drop { $0 == " " }.contains(" "), "\(line)")
        }
    }

    /// A path relative to the folder of `document`, without `..`.
    private static func resolved(_ path: String, from document: String) -> String {
        var parts = document.split(separator: "/").dropLast()
        for part in path.split(separator: "/") {
            if part == ".." { parts = parts.dropLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
