/// Why a call failed, before the name of the operation and the path are put to it.
struct Failure: Error, Equatable {
    var code: ZooKeeperError.Code
    /// The operation of a `multi` that the server refused.
    var operation: Int?
}
