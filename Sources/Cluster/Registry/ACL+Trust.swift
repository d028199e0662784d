import ZooKeeper

/// Who may change a node: with `ZK_AUTH` only what is ours alone is believed.
extension ACL {
    /// Why everybody may change a node that has this ACL; nil where not.
    var openness: String? {
        let open = entries.first { $0.isEverybody && !$0.permissions.subtracting(.read).isEmpty }
        return open.map { "its ACL gives \($0.permissions.letters) to \($0.scheme):\($0.id)" }
    }

    /// Whether a node with this ACL is other users' alone. Whom an address or another scheme lets in can't be told
    /// here.
    func isOthers(than user: Digest) -> Bool {
        let writers = entries.filter { !$0.permissions.subtracting(.read).isEmpty }
        return user.user != "super" && writers.allSatisfy { $0.scheme == "digest" && $0.id != user.id }
    }

    /// Why a node with this ACL may have been made by somebody else; nil where it is `user`'s.
    func foreignness(to user: Digest) -> String? {
        if let openness { return openness }
        let isOwned = entries.contains {
            $0.scheme == "digest" && $0.id == user.id && $0.permissions.isSuperset(of: [.write, .delete, .admin])
        }
        return isOwned ? nil : "its ACL does not give it to the user of ZK_AUTH: somebody else made it"
    }
}

extension ACL.Entry {
    fileprivate var isEverybody: Bool {
        scheme == "world" || scheme == "ip" && (id.hasSuffix("/0") || id == "0.0.0.0" || id == "::")
    }
}

extension ACL.Permissions {
    /// As `zkCli.sh` writes them.
    fileprivate var letters: String {
        [("c", ACL.Permissions.create), ("d", .delete), ("r", .read), ("w", .write), ("a", .admin)]
            .reduce("") { contains($1.1) ? $0 + $1.0 : $0 }
    }
}
