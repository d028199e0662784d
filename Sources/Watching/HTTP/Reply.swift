import Cluster
import HTTPTypes
import Hummingbird
import Vocabulary

/// What an endpoint says: a status and a text that ends with a newline.
struct Reply: Sendable, Equatable {
    var status: HTTPResponse.Status
    var body: String
    var type = "text/plain; charset=utf-8"

    /// One line.
    init(_ status: HTTPResponse.Status, _ line: String) {
        self.status = status
        body = line + "\n"
    }

    init(json: JSON) {
        self.init(HTTPResponse.Status.ok, json.text)
        type = "application/json"
    }

    init(_ line: String) { self.init(.ok, line) }

    static func unavailable(_ line: String) -> Reply { Reply(.serviceUnavailable, line) }

    var response: Response {
        // No cache between a client and the state of a cluster.
        let headers: HTTPFields = [
            .contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
        ]
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
