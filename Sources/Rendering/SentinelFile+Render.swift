import Vocabulary

extension SentinelFile {
    /// The file's text: `settings` set into `template` at `{{{settings}}}`.
    ///
    /// - Throws: `RenderingError`: a value that can't go into a file or would not survive Sentinel's rewrite of it, or
    ///   a mistake in the template.
    public func render(template: Template, settings: FlatSettings) throws(RenderingError) -> String {
        try validate()
        var filled = scope.with(settings: settings.text)
        // Sentinel ends at a command that is renamed twice.
        let written = Set(Rendering.renamedCommands(in: settings.text, master: mark.masterName).map(\.command))
        filled.bindings["renamed_commands"] = .renamed(renamedCommands.filter { !written.contains($0.command) })
        let text = try template.render(filled)
        let whole = try Whole(text, source: template.name)
        try whole.check(port: bind.port, folder: dataDirectory)
        try whole.check("requirepass", sentinelPassword.map { .be([$0.text]) } ?? .onlyBe([""]))
        try whole.check("sentinel myid", .be(["myid", identity]))
        return text
    }

    /// The same for settings without arguments that include nothing.
    ///
    /// - Throws: as `flattened(settings:arguments:files:)` and `render(template:settings:)` do.
    public func render(template: Template, settings: Template) throws(RenderingError) -> String {
        try render(template: template, settings: flattened(settings: settings))
    }

    /// All that the server will read besides what Interrex decides: `settings` rendered, with what they include, and
    /// then the arguments.
    ///
    /// - Parameter arguments: what would follow the file on the server's command line.
    /// - Throws: `RenderingError`: a mistake in the settings, or a line in any of these that would fight with what
    ///   Interrex decides.
    public func flattened(
        settings: Template, arguments: [String] = [], files: @escaping IncludedFiles = RedisFile.unreadable
    ) throws(RenderingError) -> FlatSettings {
        try validate()
        var flattening = Flattening(folder: dataDirectory, judge: judge, files: files)
        try flattening.add(try settings.render(scope), from: .rendered(settings.name))
        try flattening.add(arguments: arguments)
        _ = try judge.check(users: flattening.settings, folder: dataDirectory, files)
        return flattening.settings
    }

    private var judge: Judge {
        Judge(
            server: .sentinel(password: sentinelPassword?.text), bind: bind, announced: announced,
            title: mark.template(), masterName: mark.masterName, credentials: credentials)
    }

    private func validate() throws(RenderingError) {
        try Check.announced(announce, bind: bind)
        try Check.directory(dataDirectory, name: "data_dir")
        try Check.identity(identity, name: "identity")
        try Check.mark(mark)
        try Check.range(quorum, 1...Int(Int32.max), name: "quorum")
        if let credentials {
            try Check.survivesSentinelRewrite(credentials.password.text, name: "password")
            if let username = credentials.username { try Check.survivesSentinelRewrite(username, name: "username") }
        }
        if let sentinelPassword {
            try Check.survivesSentinelRewrite(sentinelPassword.text, name: "sentinel_password")
        }
        for peer in knownSentinels { try Check.identity(peer.identity, name: "known sentinel's identity") }
    }

    /// The names that the template and the settings may use.
    private var scope: Scope {
        Scope([
            "bind_ip": .value(bind.host.description),
            "port": .value(String(bind.port)),
            "announce_ip": .value(announced.host.description),
            "announce_port": .value(String(announced.port)),
            "announce": .condition(announced != bind),
            "data_dir": .value(dataDirectory),
            "identity": .value(identity),
            "master_name": .value(mark.masterName),
            "proc_title": .value(mark.template()),
            "quorum": .value(String(quorum)),
            "master": .addresses([master]),
            "password": .optional("password", credentials?.password.text),
            "username": .optional("username", credentials?.username),
            "sentinel_password": .optional("sentinel_password", sentinelPassword?.text),
            "renamed_commands": .renamed(renamedCommands),
            "known_replicas": .addresses(seededReplicas),
            "known_sentinels": .section(
                seededSentinels(announced).map { peer in
                    var scope = Scope(peer.address)
                    scope.bindings["identity"] = .value(peer.identity)
                    return scope
                }, inner: ["host", "port", "identity"]),
        ])
    }

    private var seededReplicas: [Address] {
        var seen: Set<Address> = [master]
        return knownReplicas.filter { seen.insert($0).inserted }
    }

    /// A repeated address or identity would be fatal to Sentinel, and so would be its own.
    private func seededSentinels(_ own: Address) -> [Peer] {
        var addresses: Set<Address> = [own]
        var identities: Set<String> = [identity]
        return knownSentinels.filter { peer in
            guard !addresses.contains(peer.address), !identities.contains(peer.identity) else { return false }
            addresses.insert(peer.address)
            identities.insert(peer.identity)
            return true
        }
    }
}
