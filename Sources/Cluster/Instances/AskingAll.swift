public import Vocabulary

extension Set<Address> {
    /// What `ask` says of each: all are asked at the same time.
    public func answers<Value: Sendable>(
        _ ask: @escaping @Sendable (Address) async -> Value
    ) async -> [Address: Value] {
        await withTaskGroup(of: (Address, Value).self) { group in
            for address in self { group.addTask { (address, await ask(address)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}
