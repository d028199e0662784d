/// Runs `body` in a task of its own and waits for it.
///
/// A task keeps the memory of its deepest call until it ends (Swift's task allocator gives no slab back before), and
/// the tasks that watch a cluster live as long as it does: what goes deep, and is over soon, belongs in here.
func inChildTask<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
    await withTaskGroup(of: Value.self) { group in
        group.addTask(operation: body)
        // There is a first value: a child task always ends with one.
        return await group.next()!
    }
}
