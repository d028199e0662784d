/// The believed sentinels and what they answered: only these are counted, and only these are told anything.
///
/// Counted once, when it is made: a look asks for these numbers at every turn.
public struct Sentinels: Equatable, Sendable {
    private var reports: [SentinelReport]

    /// Nodes below `/redis/sentinels` that are not believed: they count for nothing.
    public private(set) var doubted: [SentinelClaim] = []

    /// Each address once: a sentinel that was restarted within the session timeout is registered twice, and votes once.
    public private(set) var opinions: [Opinion] = []

    /// The larger of the number of believed sentinels and 1 + the peers that any answering one knows. Counting only who is
    /// registered would shrink the majority whenever leases expire.
    public private(set) var electorate = 0

    /// The address that more than half of the electorate names.
    public private(set) var majorityAddress: Address?

    public init(_ reports: [SentinelReport]) {
        self.reports = reports
        count()
    }

    init(_ reports: [SentinelReport], doubting doubted: [SentinelClaim]) {
        self.init(reports)
        self.doubted = doubted
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

    /// Whether a majority names `address` and holds it for down.
    func majorityHoldsDown(_ address: Address) -> Bool {
        isMajority(opinions.count { $0.names == address && $0.subjectivelyDown })
    }

    /// Whether one of them reports a failover in progress that has not outlived its own `failover-timeout`.
    var failoverInProgress: Bool {
        opinions.contains { opinion in opinion.failoverFor.map { $0 <= opinion.failoverTimeout } ?? false }
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
