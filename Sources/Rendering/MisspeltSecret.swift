/// Whether a directive that Redis does not know may be meant for one that has a secret: what follows it is not shown
/// then.
func isMisspeltSecret(_ name: String) -> Bool {
    if plainNames.contains(name) { return false }
    if ["pass", "auth", "secret"].contains(where: name.contains) { return true }
    return secretNames.contains { secret in
        // A short name is near to many.
        distance(name, secret) <= (secret.utf8.count > 4 ? 2 : 1)
    }
}

private let secretNames = ["requirepass", "masterauth", "primaryauth", "user", "auth-pass", "sentinel-pass"]

/// Those that Redis knows and that only sound like secrets.
private let plainNames: Set<String> = ["tls-auth-clients", "auth-user", "user"]

/// How many letters must be put in, left out, changed, or exchanged with their neighbour to make one of the other
/// (optimal string alignment).
private func distance(_ one: String, _ other: String) -> Int {
    let (one, other) = (Array(one.utf8), Array(other.utf8))
    // Too far apart, whatever the letters are.
    guard abs(one.count - other.count) <= 2 else { return 3 }
    var (beforeLast, last) = ([Int](), Array(0...other.count))
    for row in one.indices {
        var next = [row + 1]
        for column in other.indices {
            let change = last[column] + (one[row] == other[column] ? 0 : 1)
            var least = min(change, last[column + 1] + 1, next[column] + 1)
            if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                least = min(least, beforeLast[column - 1] + 1)
            }
            next.append(least)
        }
        (beforeLast, last) = (last, next)
    }
    return last[other.count]
}
