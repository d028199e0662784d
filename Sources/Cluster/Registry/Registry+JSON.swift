import FoundationEssentials
import Succession
import ZooKeeper

/// The nodes whose data is JSON.
extension Registry {
    /// A node's data, at most `limit` bytes of JSON on one line. What it says is still to be checked.
    static func decode<Value: Decodable>(
        _ type: Value.Type, _ data: [UInt8], limit: Int = ZnodeText.limit
    ) throws(BadZnode) -> Value {
        let line = try ZnodeText.line(data, limit: limit)
        guard let value = try? JSONDecoder().decode(type, from: Data(line.utf8)) else {
            throw BadZnode("it is not the JSON that Interrex writes")
        }
        return value
    }

    /// - Throws: `BadZnode` unless `text` is one line of at most `limit` bytes: a JSON string may well hold a line end.
    static func checkLine(_ text: String, _ name: String, limit: Int) throws(BadZnode) {
        do {
            if !text.isEmpty { _ = try ZnodeText.line(Array(text.utf8), limit: limit) }
        } catch {
            throw BadZnode("its \(name) is not one line of at most \(limit) bytes")
        }
    }

    static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Our own values hold nothing that JSON can't say (no NaN, no infinity).
        guard let data = try? encoder.encode(value) else { preconditionFailure("\(type(of: value)) is no JSON") }
        return Array(data)
    }
}
