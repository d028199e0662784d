import Succession

/// All that a launcher of a small world knows: what it has seen, what it does next, and its machine. Equal ones are one
/// object, so that the states of a world are small and are told apart at once.
final class LauncherState: Hashable {
    /// What ZooKeeper held when it was last read for what is done next.
    let sight: SmallWorld.Sight?
    let effect: LaunchEffect
    let machine: LauncherMachine

    fileprivate init(_ sight: SmallWorld.Sight?, _ effect: LaunchEffect, _ machine: LauncherMachine) {
        (self.sight, self.effect, self.machine) = (sight, effect, machine)
    }

    static func == (one: LauncherState, other: LauncherState) -> Bool { one === other }

    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// Those of all launchers in all states of one world; no part of any of them.
final class LauncherStates: Hashable {
    /// By what tells them apart nearly always.
    private struct Kind: Hashable {
        var sight: SmallWorld.Sight?
        var effect: Int
    }

    private var known: [Kind: [LauncherState]] = [:]

    func state(_ sight: SmallWorld.Sight?, _ effect: LaunchEffect, _ machine: LauncherMachine) -> LauncherState {
        let kind = Kind(sight: sight, effect: effect.rank)
        if let state = known[kind]?.first(where: { $0.effect == effect && $0.machine == machine }) { return state }
        let state = LauncherState(sight, effect, machine)
        known[kind, default: []].append(state)
        return state
    }

    static func == (one: LauncherStates, other: LauncherStates) -> Bool { true }

    func hash(into hasher: inout Hasher) {}
}
