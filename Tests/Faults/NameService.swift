import Glibc
import Support

/// The name service of the processes that are started with its `variables`: it knows the names that a test gave it, and
/// can be taken down.
final class NameService: Sendable {
    private let folder: TemporaryFolder
    private let names: [String]

    /// For a process that is to ask it.
    var variables: [String: String] {
        ["LD_PRELOAD": "\(folder.path)/resolver.so", "RESOLVER_HOSTS": "\(folder.path)/hosts"]
    }

    /// `names` lead to loopback; every other name that ends in `.test` is unknown.
    static func start(_ names: [String]) async throws -> NameService {
        let service = try NameService(names)
        _ = try await Shim.compile("resolver", in: service.folder)
        try service.goUp()
        return service
    }

    private init(_ names: [String]) throws {
        folder = try TemporaryFolder("names")
        self.names = names
    }

    func goUp() throws {
        try write(names.map { "\($0) 127.0.0.1\n" }.joined(), to: "\(folder.path)/hosts.new")
        rename("\(folder.path)/hosts.new", "\(folder.path)/hosts")
    }

    /// From here on every name costs half a second, and is then not found for want of an answer.
    func goDown() { unlink("\(folder.path)/hosts") }
}
