import Fuzzing
import Rendering

@testable import Succession

/// Data files: the head of an RDB file, the manifest of append-only files, and how their commands end.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Input(start, count).bytes
    checkHeader(bytes)
    checkManifest(bytes)
    checkCommands(bytes)
    checkWriting(bytes)
    return 0
}

private func checkHeader(_ bytes: [UInt8]) {
    guard let header = RDBHeader(bytes) else { return }
    if let id = header.replicationID { check(isReplicationID(id), "\(id) is no replication id") }
    check(RDBHeader(Array(bytes.prefix(9))) != nil, "no header in its first bytes")
    check((0...9_999).contains(header.version), "version \(header.version)")
    guard header.isEmpty else { return }
    // The file's own end mark ends the reading, whatever follows it.
    check(RDBHeader(bytes + [0xfa, 0x00, 0x00]) == header, "read on beyond the end of the file")
    check(RDBHeader(bytes + bytes) == header, "read on beyond the end of the file")
}

private func checkManifest(_ bytes: [UInt8]) {
    guard let manifest = try? AOFManifest(bytes, words: RedisQuoting.split) else { return }
    var written = ""
    for (index, file) in manifest.files.enumerated() {
        check(!file.name.utf8.contains { $0 == 0x2f || $0 == 0x5c }, "\(file.name) is a path")
        check(file.sequence != 0, "no sequence number")
        guard let name = try? RedisQuoting.quote(file.name) else { return }
        let type = index == 0 && manifest.base != nil ? "b" : "i"
        written += "file \(name) seq \(file.sequence) type \(type)\n"
    }
    let numbers = manifest.increments.map(\.sequence)
    check(zip(numbers, numbers.dropFirst()).allSatisfy(<), "out of order")
    guard !written.isEmpty, written.utf8.split(separator: 0x0a).allSatisfy({ $0.count < 1_024 }) else { return }
    let again = try? AOFManifest(Array(written.utf8), words: RedisQuoting.split)
    check(again == manifest, "a manifest is read as another")
}

private func checkCommands(_ bytes: [UInt8]) {
    _ = AOFCommands(tail: bytes)
    guard AOFCommands(bytes) == .whole else { return }
    // A comment's line end may be missing.
    if bytes.last == 0x0a || bytes.isEmpty { check(AOFCommands(bytes + bytes) == .whole, "twice as much is not whole") }
}

/// Commands as Redis writes them, cut off anywhere.
private func checkWriting(_ bytes: [UInt8]) {
    var (file, starts): ([UInt8], [Int]) = ([], [])
    for command in bytes.split(separator: 0xFE).prefix(8) {
        let words = command.prefix(64).split(separator: 0x20, omittingEmptySubsequences: false)
        if ["multi", "exec", "discard"].contains(String(decoding: words[0], as: UTF8.self).lowercased()) { continue }
        starts.append(file.count)
        file += "*\(words.count)\r\n".utf8
        for word in words {
            file += "$\(word.count)\r\n".utf8
            file += word
            file += [0x0d, 0x0a]
        }
    }
    for end in 0...file.count {
        let verdict = AOFCommands(Array(file[..<end]))
        check(verdict == (starts.contains(end) || end == file.count ? .whole : .cutOff), "\(verdict) at \(end)")
    }
    if let last = starts.last, last > 0 {
        for start in stride(from: 0, to: last, by: 1 + last / 8) {
            check(AOFCommands(tail: Array(file[start...])) == .whole, "the tail from \(start) is not whole")
        }
    }
}
