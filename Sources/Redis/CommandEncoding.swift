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
