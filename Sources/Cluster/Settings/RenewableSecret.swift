import Runtime
public import Vocabulary

/// A secret that is read anew where a server does not take it any more: whoever changes a password need not start every
/// process again.
public final class RenewableSecret: SecretSource {
    private let current: Protected<String>
    private let read: @Sendable () -> String?

    /// - Parameter read: what it is now; nil where that can't be told, or is none.
    public init(_ text: String, read: @escaping @Sendable () -> String?) {
        current = Protected(text)
        self.read = read
    }

    public var text: String { current.withLock(\.self) }

    public func isOther(than used: String) -> Bool {
        guard let new = read() else { return text != used }
        // Before anybody can say it.
        Secrets.add([new])
        return current.withLock { current in
            if current != new { Log.info("the password was changed where this process has it from; using the new one") }
            current = new
            return new != used
        }
    }
}
