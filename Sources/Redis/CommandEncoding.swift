extension [UInt8] {
    /// Appends a command as Redis takes it: an array of strings, whose bytes need no quoting.
    mutating func append(command arguments: [String]) {
        append(contentsOf: "*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            append(contentsOf: "$\(argument.utf8.count)\r\n".utf8)
            append(contentsOf: argument.utf8)
            append(contentsOf: "\r\n".utf8)
        }
    }
}

/// What errors call a command: its name, with the subcommand where that is half of the name. Never an argument.
func commandName(_ arguments: [String]) -> String {
    let name = arguments[0].uppercased()
    guard ["SENTINEL", "CONFIG", "CLIENT", "ACL"].contains(name), arguments.count > 1 else { return name }
    return "\(name) \(arguments[1].uppercased())"
}

/// Whether a command's arguments hold a secret, so that what is answered to it may repeat one.
func bearsSecret(_ arguments: [String]) -> Bool {
    let words = arguments.map { $0.uppercased() }
    return switch words.first {
    case "AUTH", "HELLO", "MIGRATE": true
    case "ACL": words.dropFirst().first == "SETUSER"
    case "CONFIG": words.dropFirst(2).contains { secretParameters.contains($0) }
    case "SENTINEL": words.dropFirst(2).contains { secretParameters.contains($0) }
    default: false
    }
}

/// Parameters of `CONFIG SET`, `SENTINEL SET` and `SENTINEL CONFIG SET` whose value is a secret.
private let secretParameters: Set<String> = [
    "REQUIREPASS", "MASTERAUTH", "TLS-KEY-FILE-PASS", "TLS-CLIENT-KEY-FILE-PASS", "AUTH-PASS", "SENTINEL-PASS",
]
