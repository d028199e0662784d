import FoundationEssentials
import Fuzzing
import Succession
import Vocabulary

@testable import Cluster

/// The data of a znode, read as each kind that there is.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Input(start, count).bytes
    reading { () throws(BadZnode) in try checkAddress(bytes) }
    reading { () throws(BadZnode) in try checkCluster(bytes) }
    reading { () throws(BadZnode) in try checkPassport(bytes) }
    checkPause(bytes)
    reading { () throws(BadZnode) in try checkHistory(bytes) }
    reading { () throws(BadZnode) in try checkCandidate(bytes) }
    if let text = String(validating: bytes, as: UTF8.self) {
        checkNames(text)
        checkWritten(text)
    }
    return 0
}

/// What is refused is refused in words of our own, fit for a log.
private func reading(_ read: () throws(BadZnode) -> Void) {
    do {
        try read()
    } catch {
        let reason = error.description
        check(reason.utf8.allSatisfy { (0x20...0x7e).contains($0) } && reason.utf8.count < 120, "quoted: \(reason)")
    }
}

private func checkAddress(_ bytes: [UInt8]) throws(BadZnode) {
    let address = try Address(znode: bytes)
    check((1...65_535).contains(address.port), "port \(address.port)")
    check(!address.host.isWildcard, "a wildcard")
    check(address.znode.allSatisfy { (0x20...0x7e).contains($0) }, "an address of more than ASCII")
    check(address.znode.count { $0 == 0x20 } == 1, "an address of more than two words")
    check(try Address(znode: address.znode) == address, "\(address) is read as another")
    check(Address(address.description) == address, "\(address) is shown as another")
    // Names and IPv6 addresses have many spellings, of which one is written.
    if address.host.kind == .ipv4 { check(address.znode == bytes, "\(address) is written in other bytes") }
}

private func checkCluster(_ bytes: [UInt8]) throws(BadZnode) {
    let cluster = try Registry.clusterRecord(bytes)
    let json = Array(cluster.json.utf8)
    check(isPrintable(cluster.json), "more than a line")
    check(try Registry.clusterRecord(json) == cluster, "\(cluster) is read as another")
    check(JSON.isObject(json), "\(cluster.json) is no JSON")
    checkReigns(cluster)
}

/// What begins next is written in its turn, and reckoned with by whoever reads it.
private func checkReigns(_ cluster: ClusterRecord) {
    let origins = cluster.reigns.map { Origin(replicationID: $0.replicationID, offset: $0.until) }
    for origin in origins + [nil] {
        let next = cluster.succeeded(epoch: cluster.epoch, by: origin)
        check((try? next.validated()) != nil, "\(next) can't be written")
        if let origin {
            check(next.includes(origin.replicationID, upTo: origin.offset), "what it began with is not in it")
        }
    }
    guard let holdings = cluster.holdings else { return }
    check(!holdings.isAhead(of: holdings.position), "behind itself")
    let places = cluster.holders.map { Position(epoch: $0.epoch, offset: $0.offset) }
    for place in places where holdings.isAhead(of: place) { check(place < holdings.position, "ahead, and behind") }
}

private func checkPassport(_ bytes: [UInt8]) throws(BadZnode) {
    guard let passport = try? JSONDecoder().decode(Passport.self, from: Data(bytes)) else { return }
    let valid = try passport.validated()
    check(valid.position.epoch < Int.max, "no room for the next epoch")
    check(isPrintable(valid.runID) && isPrintable(valid.cluster), "an id of more than a line")
    guard let written = try? JSONEncoder().encode(valid) else { return check(false, "\(valid) is no JSON") }
    check((try? JSONDecoder().decode(Passport.self, from: written)) == valid, "a passport is read as another")
    _ = Passport.speaks(ofFilesFrom: 0, asOf: valid.modified, knowing: valid.modified)
}

private func checkPause(_ bytes: [UInt8]) {
    let (pause, problem) = Registry.pause(bytes, written: 0)
    check(problem == nil || pause.until != nil, "a pause that can't be read never ends")
    for text in [pause.who, pause.why, pause.since, pause.until].compactMap(\.self) {
        check(isPrintable(text), "a control character in a pause")
    }
    if let until = pause.until {
        check(Timestamp.seconds(until)?.isFinite == true, "\(until) is no time")
        _ = Timestamp.hasPassed(until)
    }
    let written = Registry.encode(pause)
    if written.count <= ZnodeText.limit {
        check(Registry.pause(written, written: 0).pause == pause, "a pause is read as another")
    }
}

private func checkHistory(_ bytes: [UInt8]) throws(BadZnode) {
    let history = try Registry.history(bytes)
    check(history.count <= HistoryEntry.limit, "\(history.count) entries")
    for entry in history {
        check([entry.time, entry.cause, entry.by].allSatisfy(isPrintable), "a control character in the history")
        check([entry.new, entry.old ?? entry.new].allSatisfy { Address($0) != nil }, "no address in the history")
    }
    let written = Registry.encode(history)
    if written.count <= HistoryEntry.byteLimit {
        check(try Registry.history(written) == history, "a history is read as another")
    }
}

private func checkCandidate(_ bytes: [UInt8]) throws(BadZnode) {
    let candidate = try Registry.decode(CandidateData.self, bytes)
    let address = try Address(znode: Array(candidate.address.utf8))
    let copy = candidate.freshness
    var copies = [copy, .empty, Freshness(holdsData: true)]
    var other = copy
    (other.modified, other.epoch) = (other.offset, nil)
    copies.append(other)
    checkColdStart(Candidate(number: 0, address: address, freshness: copy))
    for one in copies {
        check(!one.isFresher(than: one), "fresher than itself")
        for other in copies { check(!one.isFresher(than: other) || !other.isFresher(than: one), "both are fresher") }
    }
    let written = Registry.encode(candidate)
    if written.count <= ZnodeText.limit {
        let again = try Registry.decode(CandidateData.self, written)
        check(again.address == candidate.address && again.freshness == candidate.freshness, "read as another")
    }
}

/// Whatever a candidate says, what follows from it can be written.
private func checkColdStart(_ candidate: Candidate) {
    let mark = Mark(root: "/redis", masterName: "mymaster", clusterID: candidate.freshness.clusterID)
    let candidacy = Candidacy(number: 0, age: .seconds(60))
    let holdings = Holdings(epoch: min(candidate.freshness.epoch ?? 1, 9), offset: .max, keys: 1, seen: "-")
    for cluster in [nil, ClusterRecord(id: "0123456789abcdef", members: 2, epoch: 3, holdings: holdings)] {
        let observation = Observation(
            me: candidate.address, mark: mark, cluster: cluster, candidates: [candidate], candidacy: candidacy,
            data: candidate.freshness)
        check(isPrintable("\(decide(observation))"), "a decision of more than a line")
        let record = observation.cluster ?? observation.restored ?? ClusterRecord(id: "0123456789abcdef", members: 1)
        let next = record.succeeded(epoch: observation.nextEpoch, by: candidate.freshness.origin)
        check((try? next.validated()) != nil, "\(next) can't be written")
    }
}

/// A node's name, and a path.
private func checkNames(_ text: String) {
    _ = Candidate.number(ofNode: text)
    if let number = Registry.number(ofWatcher: "/redis/watchers/\(text)") {
        check((0...9_999_999_999).contains(number), "watcher \(number)")
    }
    if UUIDText.isValid(text) {
        check(text.utf8.count == 36 && text.utf8.allSatisfy { (0x2d...0x66).contains($0) }, "\(text) is no UUID")
    }
    let failure = Failure(badZnode: BadZnode("it is bad"), at: text)
    check(
        isPrintable(failure.description) && failure.description.utf8.count <= longestLine,
        "a failure of more than a line")
}

/// What a person writes.
private func checkWritten(_ text: String) {
    if let address = Address(text) {
        check((1...65_535).contains(address.port), "port \(address.port)")
        check(isPrintable(address.description) && !address.description.contains(" "), "not one word")
        check(Address(address.description) == address, "\(address) is read as another")
    }
    if let seconds = Timestamp.seconds(text) { check(seconds.isFinite, "a time without end") }
}

private enum JSON {
    static func isObject(_ bytes: [UInt8]) -> Bool {
        (try? JSONDecoder().decode(ClusterRecord.self, from: Data(bytes))) != nil
    }
}
