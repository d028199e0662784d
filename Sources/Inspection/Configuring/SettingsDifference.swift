import Vocabulary

/// A setting that does not run as it was written down.
public struct SettingsDifference: Equatable, Sendable {
    /// What it is compared with.
    public enum Source: Equatable, Sendable {
        /// The rendered file.
        case file
        /// Redis's own default: no line names it.
        case standard
        /// What the others run with.
        case others
    }

    public var name: String
    public var running: String
    public var written: String
    public var source: Source

    public init(_ name: String, running: String, written: String, _ source: Source) {
        self.name = name
        self.running = running
        self.written = written
        self.source = source
    }
}

/// Finds what runs otherwise than it was written.
public enum SettingsComparison {
    /// What a server's role makes of it, or Interrex and Sentinel change while it runs, or only a file has.
    private static let passedOver: Set<String> = [
        "replicaof", "slaveof", "proc-title-template", "include", "loadmodule", "rename-command", "user", "aclfile",
    ]

    /// - Parameters:
    ///   - running: `CONFIG GET *`.
    ///   - lines: the words of each line of the file, the names in lower case.
    /// - Returns: by name.
    public static func differences(running: [String: String], lines: [[String]]) -> [SettingsDifference] {
        let written = values(of: lines, running: running)
        // One that still awaits its priority has 0, whatever is written.
        let isAwaiting = running["proc-title-template"].flatMap(Mark.awaitedPriority(in:)) != nil
        let ofFile = written.compactMap { name, value -> SettingsDifference? in
            guard let now = running[name], !passedOver.contains(name), !Setting.areEqual(now, value, of: name),
                !(isAwaiting && name == "replica-priority")
            else { return nil }
            return SettingsDifference(name, running: now, written: value, .file)
        }
        return (ofFile + ofStandards(running: running, except: Set(written.keys))).sorted { $0.name < $1.name }
    }

    /// The same without the file.
    /// - Parameter others: `CONFIG GET *` of the other servers, those that told it.
    public static func differences(running: [String: String], others: [[String: String]]) -> [SettingsDifference] {
        // One for each server.
        let own: Set<String> = passedOver.union([
            "bind", "port", "dir", "logfile", "pidfile", "replica-announce-ip", "replica-announce-port",
            "slave-announce-ip", "slave-announce-port", "replica-priority", "slave-priority", "unixsocket",
        ])
        let ofOthers = running.compactMap { name, value -> SettingsDifference? in
            guard !own.contains(name), !isOldName(name, in: running) else { return nil }
            let there = others.compactMap { $0[name] }.filter { !Setting.areEqual($0, value, of: name) }
            guard let first = there.sorted().first else { return nil }
            return SettingsDifference(name, running: value, written: first, .others)
        }
        let known = Set(ofOthers.map(\.name)).union(own)
        return (ofOthers + ofStandards(running: running, except: known)).sorted { $0.name < $1.name }
    }

    private static func ofStandards(running: [String: String], except known: Set<String>) -> [SettingsDifference] {
        StandardSettings.values.compactMap { name, value in
            guard !known.contains(name), let now = running[name], !Setting.areEqual(now, value, of: name) else {
                return nil
            }
            return SettingsDifference(name, running: now, written: value, .standard)
        }
    }

    /// Whether a server lists it a second time under the name that it has today.
    public static func isOldName(_ name: String, in running: [String: String]) -> Bool {
        let new = currentName(name, in: running)
        return new != name
    }

    /// Each setting as its lines leave it, by the name under which it runs.
    private static func values(of lines: [[String]], running: [String: String]) -> [String: String] {
        var values: [String: String] = [:]
        var (saves, limits) = ([String]?.none, [String: String]())
        for line in lines where line.count > 1 {
            let words = Array(line.dropFirst())
            let value = words.joined(separator: " ")
            switch line[0] {
            // Each line adds to those before, and an empty one takes them away (config.c, `setConfigSaveOption`).
            case "save": saves = value.isEmpty ? [] : (saves ?? []) + [value]
            case "client-output-buffer-limit":
                // Several classes may stand in one line.
                let all = words.count == 1 ? words[0].split(separator: " ").map(String.init) : words
                for start in stride(from: 0, to: all.count - 3, by: 4) {
                    let kind = all[start] == "replica" ? "slave" : all[start]
                    limits[kind] = all[start..<start + 4].joined(separator: " ")
                }
            default: values[currentName(line[0], in: running)] = value
            }
        }
        if let saves { values["save"] = saves.joined(separator: " ") }
        if !limits.isEmpty { values["client-output-buffer-limit"] = limitText(limits) }
        if let template = values["proc-title-template"], let awaited = Mark.awaitedPriority(in: template) {
            // It starts with 0, and its lease gives it this.
            values["replica-priority"] = String(awaited)
        }
        return values
    }

    private static func limitText(_ limits: [String: String]) -> String {
        let standard = ["normal": "normal 0 0 0", "slave": "slave 256mb 64mb 60", "pubsub": "pubsub 32mb 8mb 60"]
        return ["normal", "slave", "pubsub"].map { limits[$0] ?? standard[$0]! }.joined(separator: " ")
    }

    private static func currentName(_ name: String, in running: [String: String]) -> String {
        let candidates = [
            name.replacing("slave", with: "replica"), name.replacing("ziplist", with: "listpack"),
            name == "lua-time-limit" ? "busy-reply-threshold" : name,
        ]
        return candidates.first { $0 != name && running[$0] != nil } ?? name
    }
}
