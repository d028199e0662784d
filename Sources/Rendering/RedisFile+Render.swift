extension RedisFile {
    /// The file's text: `settings` set into `template` at `{{{settings}}}`.
    ///
    /// - Throws: `RenderingError`: a value that can't go into a file, or a mistake in the template.
    public func render(template: Template, settings: FlatSettings) throws(RenderingError) -> String {
        try validate()
        let text = try template.render(scope.with(settings: settings.text))
        // What it names would be read by the server alone.
        for line in SettingsText.lines(of: text) where line.words?[0] == "include" {
            throw .settings(source: template.name, line: line.line, .includeInTemplate)
        }
        return text
    }

    /// The same for settings without arguments that include nothing.
    ///
    /// - Throws: as `flattened(settings:arguments:files:)` and `render(template:settings:)` do.
    public func render(template: Template, settings: Template) throws(RenderingError) -> String {
        try render(template: template, settings: flattened(settings: settings))
    }

    /// The user's settings alone, as they go into the file: to read from them what the user has set.
    ///
    /// - Throws: as `flattened(settings:arguments:files:)` does.
    public func rendered(settings: Template) throws(RenderingError) -> String {
        try flattened(settings: settings).text
    }

    /// All that the server will read besides what Interrex decides: `settings` rendered, with what they include, and then
    /// the arguments.
    ///
    /// - Parameter arguments: what would follow the file on the server's command line.
    /// - Throws: `RenderingError`: a mistake in the settings, or a line in any of these that would fight with what Interrex
    ///   decides.
    public func flattened(
        settings: Template, arguments: [String] = [], files: @escaping IncludedFiles = RedisFile.unreadable
    ) throws(RenderingError) -> FlatSettings {
        try validate()
        var flattening = Flattening(folder: dataDirectory, files: files)
        try flattening.add(try settings.render(scope), from: .rendered(settings.name))
        try flattening.add(arguments: arguments)
        try check(flattening.settings)
        return flattening.settings
    }

    /// Reads no file at all.
    public static func unreadable(_ path: String) throws(SettingsProblem) -> [SourceText] {
        throw .unreadableInclude(path: path, why: "no files are read here")
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

    private func check(_ settings: FlatSettings) throws(RenderingError) {
        for directive in settings.directives {
            let (name, values) = (directive.words[0], Array(directive.words.dropFirst()))
            switch name {
            case "replicaof", "slaveof":
                // Several values may be quoted as one.
                let words = values.count == 1 ? RedisQuoting.split(values[0]) ?? [] : values
                if words.map({ $0.lowercased() }) == ["no", "one"] { continue }
                throw directive.origin.error(.decidedByInterrex(directive: name))
            case "cluster-enabled" where values.map({ $0.lowercased() }) != ["no"]:
                throw directive.origin.error(.decidedByInterrex(directive: name))
            case "requirepass" where credentials == nil && values != [""]:
                throw directive.origin.error(
                    .secretUnknownToInterrex(directive: name, variable: "REDIS_PASSWORD"))
            default:
                continue
            }
        }
    }
}
