import FoundationEssentials
public import Succession

/// A passport as it lies on a disk: one line of JSON.
extension Passport {
    /// - Throws: `BadZnode` where the bytes are not what we write.
    public init(json bytes: [UInt8]) throws(BadZnode) {
        guard let passport = try? JSONDecoder().decode(Passport.self, from: Data(bytes)) else {
            throw BadZnode("it is not the JSON that Interrex writes")
        }
        self = try passport.validated()
    }

    public var json: String { String(decoding: Registry.encode(self), as: UTF8.self) + "\n" }
}
