import Support

extension WatchedCluster {
    /// Whether the first member is master and all others are replicas of it, by what they answer now.
    package func keepRoles() async -> Bool {
        for member in members {
            guard let answer = try? await member.ask("ROLE") else { return false }
            let words = answer.split(separator: "\n")
            guard words.first == (member.port == master.port ? "master" : "slave") else { return false }
            if words.first == "slave", words.count > 2, words[2] != "\(master.port)" { return false }
        }
        return true
    }
}
