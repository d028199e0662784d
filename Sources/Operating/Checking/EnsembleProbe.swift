import Inspection
import Runtime
import ZooKeeper

/// Asks each server of ZooKeeper by itself: libzookeeper goes to the next one without a word where one is gone.
struct EnsembleProbe: Sendable {
    let servers: ConnectString
    let loop: EventLoop
    let limit: Duration

    /// In the order of the connect string.
    func states() async -> [EnsembleServer] {
        let names = servers.servers
        return await withTaskGroup(of: (Int, EnsembleServer.State).self) { group in
            for (index, name) in names.enumerated() { group.addTask { (index, await state(of: name)) } }
            var states: [Int: EnsembleServer.State] = [:]
            for await (index, state) in group { states[index] = state }
            return names.enumerated().map { EnsembleServer($0.element, states[$0.offset] ?? .silent) }
        }
    }

    private func state(of name: String) async -> EnsembleServer.State {
        guard let colon = name.lastIndex(of: ":"), let port = Int(name[name.index(after: colon)...]) else {
            return .unresolved("no host and port")
        }
        switch await TextQuestion(loop: loop, limit: limit).ask(String(name[..<colon]), port, "srvr") {
        case .refused: return .refuses
        case .silent: return .silent
        case .unresolved(let why): return .unresolved(why)
        case .unreachable(let why): return .unreachable(why)
        case .said(let text):
            if text.contains("not currently serving") { return .servesNobody }
            if let state = Self.state(text) { return state }
            // The word may be forbidden there (4lw.commands.whitelist): then a session tells.
            return await givesSession(name) ? .serves() : .mute
        }
    }

    /// `Zookeeper version: 3.8.0-..., built on ...`, and `Mode: follower`.
    private static func state(_ text: String) -> EnsembleServer.State? {
        let lines = text.split(separator: "\n")
        func value(_ title: String) -> Substring? {
            lines.first { $0.hasPrefix(title) }.map { $0.dropFirst(title.count) }
        }
        guard let mode = value("Mode: ") else { return nil }
        let version = value("Zookeeper version: ")?.prefix { $0.isNumber || $0 == "." }
        return .serves(mode: String(mode.prefix(20)), version: version.map { String($0.prefix(20)) })
    }

    private func givesSession(_ name: String) async -> Bool {
        guard let server = try? ConnectString(name) else { return false }
        var configuration = Session.Configuration(servers: server)
        configuration.timeout = .seconds(2)
        guard let session = try? await Session.connect(configuration, within: limit) else { return false }
        await session.close()
        return true
    }
}
