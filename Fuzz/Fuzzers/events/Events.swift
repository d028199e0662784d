import FoundationEssentials
import Fuzzing
import Succession
import Vocabulary

@testable import Cluster
@testable import Redis
@testable import WatcherText

/// What a sentinel says on its channels, and how a watcher passes on what happens.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(start, count)
    let bytes = input.bytes
    checkMessages(bytes)
    let texts = [input.text(), input.text(), input.text(), input.text()].compactMap(\.self)
    if let first = texts.first {
        checkWords(first)
        checkEvent(texts)
        checkMetrics(texts)
        checkClusters(texts)
    }
    return 0
}

/// A stream of replies on a subscribed connection.
private func checkMessages(_ bytes: [UInt8]) {
    let parser = ReplyParser(limit: Subscription.defaultBufferLimit)
    let buffer = MessageBuffer(limit: 256)
    var room = 256
    bytes.withUnsafeBytes { parser.feed($0) }
    while case .reply(let reply) = parser.next() {
        guard let message = Message(reply) else { continue }
        check(message.pattern == nil || reply.list?.count == 4, "a pattern of its own")
        check(reply.list?.last == .string(message.payload), "another payload")
        _ = message.concerns(masterNamed: "mymaster")
        let cost = message.payload.count + message.channel.utf8.count + 64
        check(buffer.add(message) == (cost <= room), "\(cost) more where \(room) are left")
        if cost <= room { room -= cost }
    }
}

/// Sentinel's payloads: `master mymaster 10.0.0.1 6379`, `slave … @ mymaster 10.0.0.1 6379`, `mymaster … …`.
private func checkWords(_ payload: String) {
    for channel in ["+switch-master", "+sdown"] {
        let message = Message(channel: channel, pattern: "*", payload: Array(payload.utf8))
        guard !payload.contains("@") else { continue }
        for name in ["mymaster", "my.other-one"] {
            let prefixed = Message(
                channel: channel, pattern: "*", payload: Array("slave x 10.0.0.1 1 @ \(name) \(payload)".utf8))
            check(prefixed.concerns(masterNamed: name), "\(name) is not heard")
            check(!prefixed.concerns(masterNamed: name + "x"), "\(name) is heard as another")
        }
        // What names no master concerns all, so nothing is overheard; what names one concerns that one only.
        let heard = ["mymaster", "other"].filter { message.concerns(masterNamed: $0) }
        check(heard.count != 2 || !payload.hasPrefix("master mymaster "), "heard by a stranger")
    }
}

private func checkEvent(_ texts: [String]) {
    let event = PublishedEvent(
        time: texts[0], event: texts.count > 1 ? texts[1] : "", cluster: texts.count > 2 ? texts[2] : "",
        old: Address(texts[0]), new: Address(texts[texts.count - 1]), text: texts[texts.count - 1])
    let json = event.json
    check(isPrintable(json) || !texts.allSatisfy(isPrintable), "a control character that was not there")
    check(isOneLine(json), "an event of more than a line")
    guard let read = try? JSONDecoder().decode([String: String].self, from: Data(json.utf8)) else {
        fatalError("no JSON: \(json)")
    }
    check(read["time"].map { Array($0.utf8) } == Array(event.time.utf8), "another time")
    check(read["event"].map { Array($0.utf8) } == Array(event.event.utf8), "another event")
    check(read["cluster"].map { Array($0.utf8) } == Array(event.cluster.utf8), "another cluster")
    check(read["text"].map { Array($0.utf8) } == Array(event.text.utf8), "another text")
    check(read["old"] == event.old?.description && read["new"] == event.new?.description, "another address")
}

/// A label's value can't end its own quotes, and a name is one of Prometheus's.
private func checkMetrics(_ texts: [String]) {
    let labels = PrometheusText.labels(texts.map { ($0, $0) })
    check(!labels.utf8.contains(0x0a), "a label of more than a line")
    var isQuoted = false
    var isEscaped = false
    for byte in labels.utf8 {
        if isEscaped {
            check([0x22, 0x5c, 0x6e].contains(byte), "an escape that Prometheus doesn't know")
            isEscaped = false
        } else if byte == 0x22 {
            isQuoted.toggle()
        } else if isQuoted {
            isEscaped = byte == 0x5c
        } else {
            check(isNameByte(byte) || byte == 0x3d || byte == 0x2c, "a name with \(byte)")
        }
    }
    check(!isQuoted && !isEscaped, "a label that does not end")
    let name = PrometheusText.metricName(texts[0])
    check(!name.isEmpty && name.utf8.allSatisfy { isNameByte($0) || $0 == 0x3a }, "\(name) is no metric")
    check(!name.first!.isNumber, "\(name) begins with a digit")
    check(!PrometheusText.help(texts[0]).utf8.contains(0x0a), "a help of more than a line")
    _ = Lag(texts[0])
}

private func isNameByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == 0x5f
}

/// The clusters of a watcher, and a path of an HTTP request.
private func checkClusters(_ texts: [String]) {
    let names = ClusterNames(roots: texts.filter { $0.hasPrefix("/") && $0.utf8.count > 1 && !$0.hasSuffix("/") })
    for root in Set(names.roots) {
        check(names.find(root) == .root(root), "\(root) is not found")
        if names.roots.count(where: { $0 == root }) == 1, !root.contains("//") {
            check(names.find(names.name(of: root)) == .root(root), "\(root) is not found by its name")
        }
    }
    let path = texts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let (_, rest) = names.split(path[...])
    check(rest.count < max(1, path.count), "nothing was taken off the path")
}
