import Runtime
import Vocabulary

/// One question to a watcher over HTTP. Whoever else answers at its port is no watcher.
struct WatcherQuestion: Sendable {
    struct Answer: Sendable {
        var status: Int
        /// Of its program; made fit to be shown.
        var version: String
        var body: String
    }

    let loop: EventLoop
    /// How long all of it may take.
    let limit: Duration

    /// nil where no watcher answers by then.
    /// - Parameter path: as it stands in the request, encoded.
    func ask(_ watcher: Address, _ method: String, _ path: String) async -> Answer? {
        let request = "\(method) \(path) HTTP/1.1\r\nHost: \(watcher)\r\nConnection: close\r\n\r\n"
        let answer = await TextQuestion(loop: loop, limit: limit).ask(watcher.host.description, watcher.port, request)
        guard case .said(let text) = answer else { return nil }
        return Self.answer(text)
    }

    /// `HTTP/1.1 200 OK`, `Server: interrex-watcher/0.1.0`, an empty line, and the body.
    private static func answer(_ text: String) -> Answer? {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let title = (lines.first ?? "").split(separator: " ")
        guard title.count >= 2, title[0].hasPrefix("HTTP/1."), let status = Int(title[1]) else { return nil }
        let sign = "server: interrex-watcher/"
        guard let server = lines.first(where: { $0.lowercased().hasPrefix(sign) }) else { return nil }
        let version = String(server.dropFirst(sign.count)).escapedLine(atMost: 40)
        return Answer(status: status, version: version, body: String(text[end.upperBound...]))
    }
}
