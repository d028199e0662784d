import Vocabulary

extension RedisFile {
    /// The file's text: `settings` set into `template` at `{{{settings}}}`.
    ///
    /// - Throws: `RenderingError`: a value that can't go into a file, or a mistake in the template.
    public func render(template: Template, settings: FlatSettings) throws(RenderingError) -> String {
        try validate()
        let text = try template.render(scope.with(settings: settings.text))
        let whole = try Whole(text, source: template.name)
        try whole.check(port: bind.port, folder: dataDirectory)
        try whole.check("cluster-enabled", .onlyBe(["no"]))
        let password = credentials?.password.text
        for name in ["requirepass", "masterauth"] {
            try whole.check(name, password.map { .be([$0]) } ?? .onlyBe([""]))
        }
        if let username = credentials?.username { try whole.check("masteruser", .be([username])) }
        if let replicaPriority { try whole.check("replica-priority", .be([String(replicaPriority)])) }
        try whole.check(
            "replicaof", master.map { .be([$0.host.description, String($0.port)]) } ?? .onlyBe(["no", "one"]))
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
        var flat = flattening.settings
        flat.undefinedUser = try judge.check(users: flat, folder: dataDirectory, files)
        return flat
    }

    /// Reads no file at all.
    public static func unreadable(_ path: String) throws(SettingsProblem) -> [SourceText] {
        throw .unreadableInclude(path: path, why: "no files are read here")
    }

    private func validate() throws(RenderingError) {
        try Check.announced(announce, bind: bind)
        try Check.directory(dataDirectory, name: "data_dir")
        try Check.mark(mark)
        if let credentials {
            try Check.credential(credentials.password.text, name: "password")
            if let username = credentials.username { try Check.credential(username, name: "username") }
        }
        try Check.range(minReplicasToWrite, 0...Int(Int32.max), name: "min_replicas")
        if let replicaPriority { try Check.range(replicaPriority, 0...Int(Int32.max), name: "replica_priority") }
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
            "master_name": .value(mark.masterName),
            "proc_title": .value(mark.template(awaiting: awaitedPriority)),
            "master": .addresses(master.map { [$0] } ?? []),
            "password": .optional("password", credentials?.password.text),
            "username": .optional("username", credentials?.username),
            "min_replicas": .value(String(minReplicasToWrite)),
            "limit_writes": .condition(minReplicasToWrite > 0),
            "replica_priority": .optional("replica_priority", replicaPriority.map(String.init)),
        ])
    }

    private var judge: Judge {
        Judge(
            server: .redis, bind: bind, announced: announced, title: mark.template(awaiting: awaitedPriority),
            masterName: mark.masterName, credentials: credentials)
    }
}
