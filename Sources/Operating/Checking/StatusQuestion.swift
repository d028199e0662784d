import FoundationEssentials
import Inspection
import Runtime
import Vocabulary

/// Asks a watcher what it raises at this moment (`/clusters/NAME/status`).
struct StatusQuestion: Sendable {
    let loop: EventLoop
    let limit: Duration

    private struct Status: Decodable {
        var root: String
        var alerts: [Alert]
    }

    private struct Alert: Decodable {
        var name: String
        var about: String?
        var text: String
    }

    /// What it raises for the cluster at `root`; nil where it does not tell.
    func alerts(at watcher: Address, of root: String) async -> [RaisedAlert]? {
        // By the whole root: its last part may be that of several.
        let path = "/clusters\(Self.encoded(root))/status"
        guard let answer = await WatcherQuestion(loop: loop, limit: limit).ask(watcher, "GET", path),
            answer.status == 200, let status = try? JSONDecoder().decode(Status.self, from: Data(answer.body.utf8)),
            status.root == root
        else { return nil }
        return status.alerts.map { RaisedAlert($0.name, about: $0.about, $0.text) }
    }

    /// As a path of HTTP may have it: other bytes as `%XX`.
    private static func encoded(_ path: String) -> String {
        path.utf8.reduce(into: "") { text, byte in
            if byte.isLetterOrDigit || "/-._~".utf8.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%\(digits.count < 2 ? "0" : "")\(digits)"
            }
        }
    }
}
