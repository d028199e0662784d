public import Vocabulary

/// The believed sentinels and what they answered: only these are counted, and only these are told anything.
///
/// Counted once, when it is made: a look asks for these numbers at every turn.
public struct Sentinels: Equatable, Sendable {
    private var reports: [SentinelReport]

    /// Nodes below `/redis/sentinels` that are not believed: they count for nothing.
    public private(set) var doubted: [SentinelClaim] = []

    /// Identities without a node at whose address somebody answers who may be the sentinel that has it: under its id,
    /// though no registered one hears it, or asking for a password that is not told there. They count for nothing.
    public private(set) var unheard: [SentinelClaim] = []

    /// Each address once: a sentinel that was restarted within the session timeout is registered twice, and votes once.
    public private(set) var opinions: [Opinion] = []

    /// The larger of the number of believed sentinels and 1 + the peers that any answering one knows. Counting only who
    /// is registered would shrink the majority whenever leases expire.
    public private(set) var electorate = 0

    /// The address that more than half of the electorate names.
    public private(set) var majorityAddress: Address?

    public init(_ reports: [SentinelReport]) {
        self.reports = reports
        count()
    }

    init(_ reports: [SentinelReport], unheard: [SentinelClaim] = [], doubting doubted: [SentinelClaim]) {
        self.init(reports)
        (self.unheard, self.doubted) = (unheard, doubted)
    }

    /// Whether nobody is registered, be it one who is not believed.
    public var areAbsent: Bool { isEmpty && doubted.isEmpty }

    private mutating func count() {
        var heard: Set<Address> = []
        opinions = reports.compactMap { report in
            guard let opinion = report.opinion, heard.insert(report.address).inserted else { return nil }
            return opinion
        }
        // A number that came over the network must not overflow.
        let known = opinions.map(\.peers).max().map { Swift.min($0, .max - 1) + 1 }
        electorate = Swift.max(Set(reports.map(\.address)).count, known ?? 0)
        var names: [Address: Int] = [:]
        for opinion in opinions { if let address = opinion.names { names[address, default: 0] += 1 } }
        majorityAddress = names.first { isMajority($0.value) }?.key
    }

    func isMajority(_ answers: Int) -> Bool { answers * 2 > electorate }

    /// Those whose word can hold up what a majority agrees on: one that nobody but itself says to be ours can't, where
    /// there is any other.
    var voices: [SentinelReport] {
        let confirmed = reports.filter(\.isConfirmed)
        return confirmed.isEmpty ? reports : confirmed
    }

    /// Whether nobody that has a voice names another master; where somebody has none, a majority must name this one.
    func nobodyObjects(to master: Address) -> Bool {
        let voices = voices
        return voices.allSatisfy { $0.opinion.map { $0.names == master } ?? true }
            && (voices.count == reports.count || majorityAddress == master)
    }

    /// Those that may be told how to monitor the master, which bears its password: registered, or heard by one that is.
    var confidants: [SentinelReport] {
        reports.contains(where: \.isRegistered) ? reports.filter(\.isConfirmed) : []
    }

    /// Whether a majority names `address` and considers it down.
    func majorityConsidersDown(_ address: Address) -> Bool {
        isMajority(opinions.count { $0.names == address && $0.subjectivelyDown })
    }

    /// Whether one of them reports a failover in progress that has not outlived its own `failover-timeout`.
    var failoverInProgress: Bool {
        voices.compactMap(\.opinion).contains { opinion in
            opinion.failoverFor.map { $0 <= opinion.failoverTimeout } ?? false
        }
    }
}

extension Sentinels: RandomAccessCollection, MutableCollection, RangeReplaceableCollection, ExpressibleByArrayLiteral {
    public var startIndex: Int { reports.startIndex }
    public var endIndex: Int { reports.endIndex }

    public subscript(index: Int) -> SentinelReport {
        get { reports[index] }
        set {
            reports[index] = newValue
            count()
        }
    }

    public init() { self.init([]) }

    public mutating func replaceSubrange(_ range: Range<Int>, with new: some Collection<SentinelReport>) {
        reports.replaceSubrange(range, with: new)
        count()
    }

    public init(arrayLiteral reports: SentinelReport...) { self.init(reports) }
}
