extension RedisFile {
    /// The file's text: `settings` rendered, and set into `template` at `{{{settings}}}`.
    ///
    /// - Throws: `RenderingError`: a value that can't go into a file, a mistake in either template, or a line in the
    ///   settings that would fight with what Interrex decides.
    public func render(template: Template, settings: Template) throws(RenderingError) -> String {
        try template.render(scope.with(settings: rendered(settings: settings)))
    }

    /// The user's settings alone, as they go into the file: to read from them what the user has set.
    ///
    /// - Throws: as `render(template:settings:)` does.
    public func rendered(settings: Template) throws(RenderingError) -> String {
        try validate()
        let rendered = try settings.render(scope)
        try check(SettingsText(rendered, source: settings.name), source: settings.name)
        return rendered
    }

    private func validate() throws(RenderingError) {
        try Check.address(HostPort(host: bindIP, port: port), ("bind_ip", "port"))
        try announce.validateAnnounce(bindIP: bindIP)
        try Check.directory(dataDirectory, name: "data_dir")
        try mark.validate()
        if let master { try Check.address(master, ("master host", "master port")) }
        if let credentials {
            try Check.credential(credentials.password.text, name: "password")
            if let username = credentials.username { try Check.credential(username, name: "username") }
        }
        try Check.range(minReplicasToWrite, 0...Int(Int32.max), name: "min_replicas")
        if let replicaPriority { try Check.range(replicaPriority, 0...Int(Int32.max), name: "replica_priority") }
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
            "master_name": .value(mark.masterName),
            "proc_title": .value(mark.procTitle),
            "master": .addresses(master.map { [$0] } ?? []),
            "password": .optional("password", credentials?.password.text),
            "username": .optional("username", credentials?.username),
            "min_replicas": .value(String(minReplicasToWrite)),
            "limit_writes": .condition(minReplicasToWrite > 0),
            "replica_priority": .optional("replica_priority", replicaPriority.map(String.init)),
        ])
    }

    private func check(_ settings: SettingsText, source: String) throws(RenderingError) {
        for directive in settings.directives {
            let name = directive.words[0]
            switch name {
            case "replicaof", "slaveof", "cluster-enabled":
                if directive.words == ["cluster-enabled", "no"] { continue }
                throw .settings(source: source, line: directive.line, .decidedByInterrex(directive: name))
            case "requirepass" where credentials == nil && directive.words != ["requirepass", ""]:
                let problem = SettingsProblem.secretUnknownToInterrex(directive: name, variable: "REDIS_PASSWORD")
                throw .settings(source: source, line: directive.line, problem)
            default:
                continue
            }
        }
    }
}
