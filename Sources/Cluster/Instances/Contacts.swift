import Redis
public import Runtime
import Succession
public import Vocabulary

/// Connections that a watcher keeps between its passes, so that a question costs no connecting.
public actor Contacts {
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private nonisolated let loop: EventLoop
    /// Whom of them passwords may be told.
    public nonisolated let confidants: Confidants
    private var connections: [Address: Connection] = [:]

    public init(on loop: EventLoop, confidants: Confidants = Confidants()) {
        self.loop = loop
        self.confidants = confidants
    }

    func connection(to address: Address) -> Connection? { connections[address] }

    func keep(_ connection: Connection, to address: Address) async {
        guard connections[address] == nil else { return await connection.close() }
        connections[address] = connection
    }

    func drop(_ connection: Connection, to address: Address) async {
        if connections[address] === connection { connections[address] = nil }
        await connection.close()
    }

    /// Closes the connections to all but these.
    public func retain(_ addresses: Set<Address>) async {
        for (address, connection) in connections where !addresses.contains(address) {
            connections[address] = nil
            await connection.close()
        }
    }
}
