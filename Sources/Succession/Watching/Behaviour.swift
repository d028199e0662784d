public import Vocabulary

/// One thing that a watcher does, as a pure function: it sees a snapshot and what woke the watcher up, and returns
/// actions.
///
/// The built-in ones are listed in `Behaviours.builtIn`; a new one is a file and a line there.
public protocol Behaviour: Sendable {
    /// What it is called in debug logs and in `docs/design.md`: its type, where it says nothing else.
    var name: String { get }
    /// The kinds of alerts that it raises: each has a metric from the start, at 0. None, where it says nothing else.
    var alerts: [Alert.Kind] { get }

    /// What holds in this snapshot and must have held for a time before something is done: `Snapshot.held` counts it
    /// from the first snapshot in which it is returned. None, where it says nothing else.
    func conditions(in snapshot: Snapshot) -> Set<Condition>

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action]
}

extension Behaviour {
    public var name: String { String(describing: Self.self) }

    public var alerts: [Alert.Kind] { [] }

    public func conditions(in snapshot: Snapshot) -> Set<Condition> { [] }
}

/// What woke a watcher up. A hint and never a fact: it may be late, repeated, or about another cluster.
public enum Event: Equatable, Sendable {
    /// A message of a sentinel, for example `+switch-master` with `mymaster 10.0.0.1 6379 10.0.0.2 6379`.
    case sentinel(Address, name: String, payload: String)
    /// Our connection to the recorded master ended.
    case masterLinkEnded(Address)
    /// A znode of the cluster changed.
    case nodeChanged(path: String)
    /// Start, a new session, the timer, or something unsettled that is looked at again.
    case timer
}

/// The behaviours in the order in which they are asked. It matters: of those that would change something, only the
/// first one's actions are carried out; then there is a new snapshot. Alerts are told in this order.
public enum Behaviours {
    public static let builtIn: [any Behaviour] = [
        RecordMaster(), SucceedMaster(), ForceFailover(), AnnounceMaster(), SwitchOver(), PromoteFreshest(),
        RepointSentinels(), ReattachMembers(), ForgetGone(),
        RaisePriority(), RemoveLeftovers(), KeepClusterRecord(),

        OwnLimitAlerts(), NodeAlerts(), MajorityAlerts(), MasterAlerts(), DisagreementAlerts(), StrangerAlerts(),
        ReplicaAlerts(), LeaseAlerts(), SentinelAlerts(), DoubtAlerts(), SettingAlerts(), DiskAlerts(), ResetAlerts(),
        CommandAlerts(), TrustAlerts(),

        RelayEvents(),
    ]
}

/// An action, and the behaviour that asked for it.
public struct Planned: Equatable, Sendable {
    /// Its name.
    public var behaviour: String
    public var action: Action
}

/// What a watcher does about a snapshot: no I/O, no clock, no randomness.
///
/// Whatever the behaviours return, only a leader that is not paused changes a server, and only one behaviour at a time.
public func plan(
    _ snapshot: Snapshot, after events: [Event] = [], by behaviours: [any Behaviour] = Behaviours.builtIn
) -> [Action] { planned(snapshot, after: events, by: behaviours).map(\.action) }

/// The same, with the name of the behaviour beside each action.
public func planned(
    _ snapshot: Snapshot, after events: [Event] = [], by behaviours: [any Behaviour] = Behaviours.builtIn
) -> [Planned] {
    var plan: [Planned] = []
    // What can't be read is not overwritten.
    var isTaken = snapshot.badNodes.contains(where: \.isEssential)
    let isComplete = snapshot.unasked.isEmpty
    let seen = snapshot.asLastSeen
    for behaviour in behaviours {
        var actions = behaviour.actions(for: snapshot, after: events)
        if !isComplete {
            // Who could not be asked is no cause for an alert.
            actions.removeAll { $0.alert != nil }
            actions += behaviour.actions(for: seen, after: events).filter {
                $0.alert?.stands(without: seen.unknown) ?? false
            }
        }
        let allowed = actions.filter { action in
            guard isComplete || action.standsOnAnswers else { return false }
            return switch action.reach {
            case .nothing: true
            case .record: !isTaken
            case .leader: snapshot.leads && !isTaken
            case .servers:
                snapshot.leads && !snapshot.isPaused && !isTaken && !snapshot.isDisputed
                    && !(snapshot.isExposed && action.destroysOnTheRecordsWord) && !snapshot.resting.contains(action)
            }
        }
        plan += allowed.map { Planned(behaviour: behaviour.name, action: $0) }
        isTaken = isTaken || allowed.contains(where: \.callsForAnotherLook)
    }
    return plan
}
