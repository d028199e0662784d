import FoundationEssentials
import Succession
import ZooKeeper

/// The nodes whose data is JSON.
extension Registry {
    func decode<Value: Decodable>(
        _ type: Value.Type, from node: Node, at path: String, _ check: (Value) throws(BadZnode) -> Value
    ) throws -> Value {
        do throws(BadZnode) {
            let line = try ZnodeText.line(node.data)
            guard let value = try? JSONDecoder().decode(type, from: Data(line.utf8)) else {
                throw BadZnode("it is not the JSON that Interrex writes")
            }
            return try check(value)
        } catch {
            throw Failure(badZnode: error, at: path)
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
