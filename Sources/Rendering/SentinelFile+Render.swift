extension SentinelFile {
    /// The file's text: `settings` rendered, and set into `template` at `{{{settings}}}`.
    ///
    /// - Throws: `RenderingError`: a value that can't go into a file or would not survive Sentinel's rewrite of it, a
    ///   mistake in either template, or a line in the settings that would fight with what Interrex decides.
    public func render(template: Template, settings: Template) throws(RenderingError) -> String {
        try validate()
        let names = scope
        let rendered = try settings.render(names)
        try check(SettingsText(rendered, source: settings.name), source: settings.name)
        return try template.render(names.with(settings: rendered))
    }

    private func validate() throws(RenderingError) {
        try Check.address(HostPort(host: bindIP, port: port), ("bind_ip", "port"))
        try announce.validateAnnounce(bindIP: bindIP)
        try Check.directory(dataDirectory, name: "data_dir")
        try Check.identity(identity, name: "identity")
        try mark.validate()
        try Check.address(master, ("master host", "master port"))
        try Check.range(quorum, 1...Int(Int32.max), name: "quorum")
        if let credentials {
            try Check.survivesSentinelRewrite(credentials.password.text, name: "password")
            if let username = credentials.username { try Check.survivesSentinelRewrite(username, name: "username") }
        }
        if let sentinelPassword {
            try Check.survivesSentinelRewrite(sentinelPassword.text, name: "sentinel_password")
        }
        for replica in knownReplicas { try Check.address(replica, ("known replica's host", "known replica's port")) }
        for peer in knownSentinels {
            try Check.address(peer.address, ("known sentinel's host", "known sentinel's port"))
            try Check.identity(peer.identity, name: "known sentinel's identity")
        }
    }

    /// The names that the template and the settings may use.
    private var scope: Scope {
        let announced = announce ?? HostPort(host: bindIP, port: port)
        return Scope([
            "bind_ip": .value(bindIP),
            "port": .value(String(port)),
            "announce_ip": .value(announced.host),
            "announce_port": .value(String(announced.port)),
            "announce": .condition(announced != HostPort(host: bindIP, port: port)),
            "data_dir": .value(dataDirectory),
            "identity": .value(identity),
            "master_name": .value(mark.masterName),
            "proc_title": .value(mark.procTitle),
            "quorum": .value(String(quorum)),
            "master": .addresses([master]),
            "password": .optional("password", credentials?.password.text),
            "username": .optional("username", credentials?.username),
            "sentinel_password": .optional("sentinel_password", sentinelPassword?.text),
            "known_replicas": .addresses(seededReplicas),
            "known_sentinels": .section(
                seededSentinels(announced).map { peer in
                    var scope = Scope(peer.address)
                    scope.bindings["identity"] = .value(peer.identity)
                    return scope
                }, inner: ["host", "port", "identity"]),
        ])
    }

    private var seededReplicas: [HostPort] {
        var seen: Set<HostPort> = [master]
        return knownReplicas.filter { seen.insert($0).inserted }
    }

    /// A repeated address or identity would be fatal to Sentinel, and so would be its own.
    private func seededSentinels(_ own: HostPort) -> [Peer] {
        var addresses: Set<HostPort> = [own]
        var identities: Set<String> = [identity]
        return knownSentinels.filter { peer in
            guard !addresses.contains(peer.address), !identities.contains(peer.identity) else { return false }
            addresses.insert(peer.address)
            identities.insert(peer.identity)
            return true
        }
    }

    private func check(_ settings: SettingsText, source: String) throws(RenderingError) {
        for directive in settings.directives {
            let words = directive.words
            if words[0] == "requirepass", sentinelPassword == nil, words != ["requirepass", ""] {
                let problem = SettingsProblem.secretUnknownToInterrex(
                    directive: "requirepass", variable: "SENTINEL_PASSWORD")
                throw .settings(source: source, line: directive.line, problem)
            }
            guard words[0] == "sentinel", words.count > 1 else { continue }
            let option = words[1].lowercased()
            let monitorsAnother = option == "monitor" && words.count > 2 && words[2] != mark.masterName
            if Self.decided.contains(option), !monitorsAnother {
                let name = "sentinel \(option)"
                throw .settings(source: source, line: directive.line, .decidedByInterrex(directive: name))
            }
        }
    }

    private static let decided: Set<String> = [
        "monitor", "myid", "config-epoch", "leader-epoch", "current-epoch",
        "known-replica", "known-slave", "known-sentinel",
    ]
}
