import Cluster
import Runtime
import Vocabulary

extension OperatorRun {
    /// Whether two addresses are those of one server: one of them may name the host that the other has the number of.
    /// - Throws: `Failure` 69 where a name can't be resolved: then nobody knows.
    func arePlacesTheSame(_ one: Address, _ other: Address) async throws -> Bool {
        if one == other { return true }
        guard one.port == other.port, one.host.kind == .name || other.host.kind == .name else { return false }
        let (first, second) = (try await places(of: one), try await places(of: other))
        return first.contains { second.contains($0) }
    }

    /// A person waits, or a scheduler that ends us soon.
    private static let namePatience = Duration.seconds(3)

    private func places(of address: Address) async throws -> [SocketAddress] {
        do throws(Resolver.Failure) {
            return try await Resolver.shared.addresses(
                of: address.host.description, port: address.port, on: loop, within: Self.namePatience)
        } catch {
            guard case .unresolved(let why) = error else {
                throw Failure(
                    .unavailable, "\(address.host) could not be looked up; try again, or write its IP address")
            }
            throw Failure(
                .unavailable,
                "\(address.host) has no address (\(why)), so nobody can tell whether it is the master; write its IP address, as "
                    + "interrex status shows it")
        }
    }
}
