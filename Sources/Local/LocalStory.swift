import Cluster
import Glibc
import Succession
import Vocabulary

/// What happens in a local cluster, told in a few short lines for each change. Whoever runs the cluster tells it what
/// it sees.
struct LocalStory: Sendable {
    struct Line: Equatable, Sendable {
        var text: String
        var tone = LocalConsole.Tone.plain
    }

    /// A process that runs.
    struct Seat: Equatable, Sendable {
        var address: Address
        var pid: pid_t
    }

    typealias Instant = ContinuousClock.Instant

    private let redis: Int
    private let sentinels: Int
    /// When the first process was started.
    private let beginning: Instant
    /// Those that run, by their names.
    private(set) var seats: [String: Seat] = [:]
    private var known: Set<String> = []
    /// The last look at it.
    private(set) var topology = Topology()
    private(set) var master: Address?
    /// Once everybody that was asked for was there.
    private(set) var isUp = false
    private var masterLost: Instant?
    /// Since when something is missing.
    private var broken: Instant?
    private var nextReminder: Instant
    /// Whether something was said since everybody was there.
    private var hasTold = false
    /// Who has not answered: for how many looks.
    private var silent: [Address: Int] = [:]

    init(redis: Int, sentinels: Int, beginning: Instant) {
        self.redis = redis
        self.sentinels = sentinels
        self.beginning = beginning
        nextReminder = beginning + Self.patience
    }

    /// After so long it is said what is missing, and then again.
    private static let patience = Duration.seconds(10)
    /// After so many looks one that does not answer is spoken of: one look may meet a busy moment.
    private static let looks = 2

    /// A process was started.
    mutating func started(_ name: String, at address: Address, pid: pid_t) -> [Line] {
        seats[name] = Seat(address: address, pid: pid)
        guard !known.insert(name).inserted else { return [] }
        return [Line(text: "\(name) started again: \(address) (PID \(pid))")]
    }

    /// A process has ended.
    mutating func ended(_ name: String, _ ending: String, at now: Instant) -> [Line] {
        guard let seat = seats.removeValue(forKey: name) else { return [] }
        let line = "\(name) \(seat.address) (PID \(seat.pid)\(role(of: seat.address)))"
        if seat.address == master { masterLost = now }
        silent[seat.address] = nil
        if !name.hasPrefix("watcher") { breaks(at: now) }
        hasTold = true
        return [Line(text: "\(line) \(ending)", tone: .bad)]
    }

    /// `/redis/master` names this one, and it is master.
    mutating func recorded(_ address: Address, at now: Instant) -> [Line] {
        guard address != master, let name = name(of: address) else { return [] }
        return reigns(address, name, at: now)
    }

    /// A look at the cluster is over.
    mutating func saw(_ topology: Topology, at now: Instant) -> [Line] {
        self.topology = topology
        var lines = noteSilent(topology.silent, at: now)
        if topology.masters.count == 1, let address = topology.masters.first, address != master,
            let name = name(of: address)
        {
            lines += reigns(address, name, at: now)
        }
        let lacking = topology.lacking(redis: redis, sentinels: sentinels)
        // The last look may be older than a process's end.
        let areThere = seats.keys.count { $0.hasPrefix("redis") || $0.hasPrefix("sentinel") } == redis + sentinels
        if lacking == nil, areThere, topology.masters.first == master {
            lines += whole(at: now)
        } else {
            breaks(at: now)
            if now >= nextReminder, let lacking {
                nextReminder = now + Self.patience * 3
                let since = seconds(now - (broken ?? beginning))
                lines.append(
                    Line(text: isUp ? "missing for \(since): \(lacking)" : "not up after \(since): \(lacking)"))
                hasTold = true
            }
        }
        return lines
    }

    private mutating func whole(at now: Instant) -> [Line] {
        defer { (broken, hasTold, masterLost) = (nil, false, nil) }
        guard isUp else {
            isUp = true
            return []
        }
        guard hasTold else { return [] }
        let pid = master.flatMap(name(of:)).flatMap { seats[$0]?.pid }.map { " (PID \($0))" } ?? ""
        let time = broken.map { ", after \(seconds(now - $0))" } ?? ""
        return [
            Line(
                text:
                    "back: 1 master\(pid), \(counted(redis - 1, "replica")), \(counted(sentinels, "sentinel"))\(time)",
                tone: .good)
        ]
    }

    private mutating func breaks(at now: Instant) {
        guard broken == nil else { return }
        broken = isUp ? now : beginning
        if isUp { nextReminder = now + Self.patience }
    }

    private mutating func reigns(_ address: Address, _ name: String, at now: Instant) -> [Line] {
        let isFirst = master == nil
        let time = masterLost.map { ", after \(seconds(now - $0))" } ?? ""
        (master, masterLost) = (address, nil)
        guard isUp || !isFirst else { return [] }
        breaks(at: now)
        hasTold = true
        let pid = seats[name].map { " (PID \($0.pid))" } ?? ""
        return [Line(text: "\(name) \(address)\(pid) is master\(time)", tone: .good)]
    }

    private mutating func noteSilent(_ addresses: [Address], at now: Instant) -> [Line] {
        var lines: [Line] = []
        for address in addresses {
            guard let name = name(of: address) else { continue }
            silent[address, default: 0] += 1
            if silent[address] == Self.looks {
                if address == master { masterLost = now }
                hasTold = true
                let pid = seats[name]?.pid ?? 0
                lines.append(
                    Line(text: "\(name) \(address) (PID \(pid)\(role(of: address))) does not answer", tone: .bad))
            }
        }
        for (address, count) in silent where !addresses.contains(address) {
            silent[address] = nil
            if count >= Self.looks, let name = name(of: address), let pid = seats[name]?.pid {
                lines.append(Line(text: "\(name) \(address) (PID \(pid)) answers again"))
            }
        }
        return lines
    }

    /// The name of a running process.
    func name(of address: Address) -> String? { seats.first { $0.value.address == address }?.key }

    private func role(of address: Address) -> String {
        if address == master { return ", master" }
        return topology.replicas.contains { $0.address == address } ? ", replica" : ""
    }
}

/// A number of things in words: "1 replica", "2 replicas".
func counted(_ number: Int, _ name: String) -> String { "\(number) \(name)\(number == 1 ? "" : "s")" }

/// A time as a person reads it: "0.05 s", "12.3 s".
func seconds(_ duration: Duration) -> String {
    let hundredths = max(1, duration.hundredths)
    let (whole, part) = (hundredths / 100, hundredths % 100)
    if whole >= 10 { return "\(whole).\(part / 10) s" }
    return "\(whole).\(part < 10 ? "0" : "")\(part) s"
}

extension Duration {
    fileprivate var hundredths: Int {
        Int(components.seconds) * 100 + Int((components.attoseconds / 10_000_000_000_000_000))
    }
}
