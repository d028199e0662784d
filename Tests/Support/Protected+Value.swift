package import Runtime

extension Protected {
    /// A copy of it as it is now.
    package var value: Value { withLock { $0 } }
}
