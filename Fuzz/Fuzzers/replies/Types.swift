import Fuzzing
import Succession
import Vocabulary

@testable import Cluster
@testable import Redis

/// A reply as the answer to each question that is asked.
func checkTypes(_ reply: Reply) {
    if case .error(let line) = reply { checkError(line) }
    checkRole(reply)
    checkSentinel(reply)
    if let fields = reply.fields, let template = fields["proc-title-template"] { checkMark(template) }
    if case .string(let bytes) = reply {
        let text = String(decoding: bytes, as: UTF8.self)
        checkMark(text)
        checkInfo(Info(bytes))
    }
    if let pair = reply.list, let told = hostAndPort(pair[...]) {
        check((1...65_535).contains(told.port) && !told.host.isEmpty, "\(told) is no place")
        if let address = Address(host: told.host, port: told.port) {
            checkAddress(address)
            check(address.port == told.port, "\(address) is another place")
        }
    }
}

private func checkAddress(_ address: Address?) {
    guard let address else { return }
    check((1...65_535).contains(address.port) && isPrintable(address.description), "\(address) is no place")
}

private func checkError(_ line: String) {
    let error = RedisError(line: line, address: Address(host: "a", port: 1)!, command: "ROLE")
    check(isOneLine(error.description) && error.message.count <= 256, "an error of more than a line")
    check(!error.message.contains(", with args beginning with"), "repeats what was sent")
    switch Answer(error) {
    case .denied, .loading, .notRedis: break
    case let answer: fatalError("an error line is \(answer)")
    }
}

private func checkRole(_ reply: Reply) {
    switch Role(reply) {
    case .master(_, let replicas)?: replicas.forEach(checkAddress)
    case .replica(let master, _, _)?: checkAddress(master)
    case .sentinel?, nil: break
    }
}

private func checkSentinel(_ reply: Reply) {
    let master = SentinelMaster(reply)
    checkAddress(master?.address)
    checkAddress(SentinelPeer(reply)?.address)
    let replica = SentinelReplica(reply)
    if let replica {
        checkAddress(replica.address)
        checkAddress(replica.master)
    }
    let opinion = Opinion(master?.address, master)
    if let replica { _ = opinion.bars(replica) }
    // The count came over the network; a majority of it is reckoned with.
    let reports: Sentinels = [SentinelReport(Address(host: "10.0.0.1", port: 1)!, opinion)]
    check(reports.electorate >= 1, "an electorate of \(reports.electorate)")
    if opinion.names == nil || reports.electorate > 1 {
        check(reports.majorityAddress == nil, "one of \(reports.electorate) is a majority")
    }
}

private func checkInfo(_ info: Info) {
    if let look = ServerLook(info) { check(look.isQuiet(since: look), "not quiet since itself") }
    switch Answer(info) {
    case .master(let history): checkHistory(history)
    case .replica(let replication):
        checkHistory(replication.history)
        if let master = replication.master {
            check((1...65_535).contains(master.port) && isPrintable(master.description), "follows \(master)")
        }
        if let contact = replication.lastContact { check(contact >= .zero, "heard in the future") }
    case .loading, .notRedis: break
    case let answer: fatalError("INFO is \(answer)")
    }
}

private func checkHistory(_ history: History) {
    check(isReplicationID(history.replicationID), "\(history.replicationID) is no replication id")
    if let previous = history.previousID { check(isReplicationID(previous), "\(previous) is no replication id") }
    check(history.previousOffset == nil || history.previousID != nil, "an offset of no id")
    check(history.offset >= 0 && history.keys >= 0, "a negative number")
    check(history.contains(history.replicationID, upTo: history.offset), "does not contain itself")
    if let origin = history.origin {
        check(origin.offset >= 0, "it began with \(origin.offset) bytes")
        check(
            origin.replicationID == history.replicationID
                || history.contains(origin.replicationID, upTo: origin.offset), "does not contain what it began with")
    }
}

private func checkMark(_ template: String) {
    guard let mark = Mark(template: template) else { return }
    let awaited = Mark.awaitedPriority(in: template)
    check(awaited != nil || mark.template() == template, "another mark is written than was read")
    let told = mark.template(awaiting: awaited)
    check(Mark(template: told) == mark, "another mark is read than was written")
    check(Mark.awaitedPriority(in: told) == awaited, "another priority is read than was written")
    check(mark.matches(mark), "matches not itself")
    var other = mark
    other.clusterID = "another-id"
    check(mark.matches(other) == other.matches(mark), "matches in one direction")
}
