import Vocabulary

extension String {
    /// As a shell takes it for one word, whatever is in it.
    var quotedForShell: String {
        let isPlain = !isEmpty && utf8.allSatisfy { $0.isLetterOrDigit || "-._/:+".utf8.contains($0) }
        return isPlain ? self : "'\(replacing("'", with: "'\\''"))'"
    }

    /// The words of a command line as a shell parts them, each as it is written: with its quotes.
    var shellWords: [String] {
        var (words, word) = ([String](), "")
        var quote: Character?
        var isEscaped = false
        for character in self {
            if isEscaped {
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                quote = character
            } else if quote == nil, character == " " {
                if !word.isEmpty { words.append(word) }
                word = ""
                continue
            }
            word.append(character)
        }
        return word.isEmpty ? words : words + [word]
    }
}
