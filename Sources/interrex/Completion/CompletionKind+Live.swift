import ArgumentParser
import Cluster
import Operating

/// Words that a shell offers where an address is to be typed: those of the cluster at `ZK_HOSTS`, as it is now.
extension CompletionKind {
    static let liveServers = live(.servers)
    static let liveReplicas = live(.replicas)

    private static func live(_ kind: LiveAddresses.Kind) -> CompletionKind {
        .custom { words, _, _ in
            let addresses = LiveAddresses.of(kind, Environment.process.overridden(by: words))
            // To zsh, what stands behind a colon describes what stands before it.
            return CompletionShell.requesting == .zsh ? addresses.map { $0.replacing(":", with: "\\:") } : addresses
        }
    }
}

extension Environment {
    /// The variables as they are overridden by what was typed so far of where the cluster is.
    fileprivate func overridden(by words: [String]) -> Environment {
        let names = ["--zk-hosts": "ZK_HOSTS", "--zk-root": "ZK_ROOT", "--zk-auth-file": "ZK_AUTH_FILE"]
        var environment = self
        for (index, word) in words.enumerated() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2, let name = names[parts[0]] { environment.override(name, with: parts[1]) }
            if index + 1 < words.count, let name = names[word] { environment.override(name, with: words[index + 1]) }
        }
        return environment
    }
}
