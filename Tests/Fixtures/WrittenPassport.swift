import FoundationEssentials
package import Support

/// What a member's `interrex.passport` says, as documented.
package struct WrittenPassport: Decodable {
    package var cluster: String
    package var epoch: Int
    package var offset: Int64
    package var role: String
    package var synchronised: Bool
    package var keys: Int
    package var persistence: String
    package var modified: Int64
}

extension Launched {
    /// Nil where there is none, or none that can be read.
    package var writtenPassport: WrittenPassport? {
        let text = contents(of: "\(folder.path)/interrex.passport")
        return try? JSONDecoder().decode(WrittenPassport.self, from: Data(text.utf8))
    }
}
