import HTTPTypes
import Hummingbird

/// A request as the endpoints need it: path, parameters, and whether JSON is asked for.
struct Call: Sendable {
    /// The path's components, percent-decoded. Nil where the path can't be decoded.
    let path: [String]?
    let parameters: [String: String]
    /// One that is given more than once: which of its values is meant nobody knows.
    let repeatedParameter: String?
    let wantsJSON: Bool

    init(_ request: Request) {
        let path = request.uri.path
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(Self.decoded)
        self.path = path.hasPrefix("/") && !parts.contains(nil) ? parts.compactMap(\.self) : nil
        var parameters: [String: String] = [:]
        var repeated: String?
        for (key, value) in request.uri.queryParameters {
            if parameters.updateValue(String(value), forKey: String(key)) != nil { repeated = repeated ?? String(key) }
        }
        self.parameters = parameters
        repeatedParameter = repeated
        wantsJSON = parameters["format"] == "json" || Self.prefersJSON(request.headers[values: .accept])
    }

    /// RFC 9110, section 12.5.1: JSON where it is named and not wanted less than plain text. Wildcards ask for nothing
    /// in particular.
    private static func prefersJSON(_ accept: [String]) -> Bool {
        var weights: [String: Double] = [:]
        for range in accept.flatMap({ $0.split(separator: ",") }) {
            let parts = range.split(separator: ";").map { $0.lowercased().filter { $0 != " " && $0 != "\t" } }
            guard let name = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            weights[name] = max(weights[name] ?? 0, weight)
        }
        guard let json = weights["application/json"], json > 0 else { return false }
        return json >= weights["text/plain"] ?? 0
    }

    /// RFC 3986, section 2.1; nil where what follows a `%` is no hexadecimal number, or the result is no UTF-8.
    static func decoded(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
