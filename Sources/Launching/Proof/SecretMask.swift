import Runtime

/// Takes secrets out of what a server says of its settings, of which it may repeat any word: Redis 7.0 names the rule
/// two places before the one that it does not understand (acl.c, `ACLAppendUserForLoading`).
struct SecretMask {
    /// Anything shorter is part of many a word, and is taken out only where it stands in quotes, as a server repeats
    /// words.
    private static let shortest = 4

    /// Longest first: one may be part of another.
    private let secrets: [String]

    /// - Parameter secrets: as Redis reads them, without the quotes of a file.
    init(_ secrets: [String]) {
        var known: Set<String> = []
        for secret in secrets {
            known.insert(secret)
            // Of a user's rule, the password alone is said as well.
            if let first = secret.first, Self.leads.contains(first) { known.insert(String(secret.dropFirst())) }
            // What is said is looked at line by line.
            known.formUnion(secret.split(whereSeparator: \.isNewline).map(String.init))
        }
        self.secrets = known.filter { !$0.isEmpty }.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// The line with a mask for each secret, and for all that looks like a password or a hash of a user: those of a
    /// file of users are unknown here.
    func over(_ line: String) -> String {
        var line = line
        for secret in secrets {
            if secret.utf8.count < Self.shortest {
                for quote in ["'", "\"", "`"] {
                    line = line.replacing("\(quote)\(secret)\(quote)", with: "\(quote)\(Secrets.mask)\(quote)")
                }
            } else {
                line = line.replacing(secret, with: Secrets.mask)
            }
        }
        return Self.withoutRules(line)
    }

    private static let leads = "><#!"

    /// Masks each word that begins as a rule does; in quotes it may have spaces, and even a quote, so that it goes on
    /// to the last one.
    private static func withoutRules(_ line: String) -> String {
        var result = ""
        var rest = line[...]
        var previous: Character = " "
        while let character = rest.first {
            let follows = rest.dropFirst().first
            guard leads.contains(character), " '\"`".contains(previous), let follows, follows != " " else {
                result.append(character)
                rest.removeFirst()
                previous = character
                continue
            }
            result += Secrets.mask
            rest = previous == " " ? rest.drop { $0 != " " } : rest.lastIndex(of: previous).map { rest[$0...] } ?? ""
            previous = " "
        }
        return result
    }
}
