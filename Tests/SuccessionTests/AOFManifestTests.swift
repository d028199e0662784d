import Testing

@testable import Succession

/// The manifest of Redis 7's append-only files, read as `aofLoadManifestFromFile` in aof.c reads it.
@Suite(.timeLimit(.minutes(5))) struct AOFManifestTests {
    /// Enough of `sdssplitargs` for lines without quotes; an unbalanced quote is what it refuses.
    private static func words(_ line: String) -> [String]? {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        return words.contains { $0.hasPrefix("\"") } ? nil : words
    }

    private func read(_ text: String) throws(AOFManifestProblem) -> AOFManifest {
        try AOFManifest(Array(text.utf8), words: Self.words)
    }

    private func problem(_ text: String) -> AOFManifestProblem? {
        do throws(AOFManifestProblem) {
            _ = try read(text)
            return nil
        } catch {
            return error
        }
    }

    private let real = """
        file appendonly.aof.2.base.rdb seq 2 type b
        file appendonly.aof.1.incr.aof seq 1 type h
        file appendonly.aof.2.incr.aof seq 2 type i
        file appendonly.aof.3.incr.aof seq 3 type i

        """

    @Test func base_and_increments_in_order_without_history() throws {
        let manifest = try read(real)
        #expect(manifest.base == .init(name: "appendonly.aof.2.base.rdb", sequence: 2))
        #expect(manifest.increments.map(\.sequence) == [2, 3])
        #expect(manifest.files.map(\.name).map { $0.dropFirst(15).prefix(6) } == ["2.base", "2.incr", "3.incr"])
    }

    @Test func comments_unknown_pairs_and_another_order_are_fine() throws {
        let text = "# a comment\nTYPE b seq 1x more 5 File a.rdb\r\n#\nseq 7 type incr file b\n"
        let manifest = try read(text)
        #expect(manifest.base == .init(name: "a.rdb", sequence: 1))
        #expect(manifest.increments == [.init(name: "b", sequence: 7)])
        #expect(try read("# only this\n").files.isEmpty)
        // fgets tells a comment by its first byte, whatever comes then.
        #expect(try read("#").files.isEmpty)
    }

    @Test(
        arguments: [
            ("", 0, .empty), ("file a seq 1 type b", 1, .lineEnd), ("file a\u{0} seq 1 type b\n", 1, .lineEnd),
            ("\n", 1, .format), ("file a seq 1\n", 1, .format), ("file a seq 1 type b more\n", 1, .format),
            ("file a seq 0 type b\n", 1, .format), ("file a seq x type b\n", 1, .format), ("\"\n", 1, .format),
            ("file a seq 1 kind b\n", 1, .format), ("name a seq 1 type b\n", 1, .format),
            ("file ../a seq 1 type b\n", 1, .path), ("file /a seq 1 type i\n", 1, .path),
            ("file a\\b seq 1 type h\n", 1, .path), ("file a seq 1 type x\n", 1, .type),
            ("file a seq 1 type b\nfile b seq 2 type b\n", 2, .twoBases),
            ("#\nfile a seq 2 type i\nfile b seq 2 type i\n", 3, .order), ("file a seq -1 type i\n", 1, .order),
            ("file " + String(repeating: "a", count: 1_024) + " seq 1 type b\n", 1, .lineEnd),
        ] as [(String, Int, AOFManifestProblem.Kind)])
    func refused(text: String, line: Int, kind: AOFManifestProblem.Kind) {
        #expect(problem(text) == AOFManifestProblem(line: line, kind), "\(text.prefix(40))")
    }

    @Test func lines_of_up_to_1024_bytes_are_read() throws {
        let rest = " seq 1 type b\n"
        let name = String(repeating: "a", count: 1_024 - 5 - rest.utf8.count)
        #expect(try read("file \(name)\(rest)").base?.name == name)
        #expect(problem("file \(name)a\(rest)")?.kind == .lineEnd)
    }

    @Test func cut_off_at_any_byte_it_is_refused_but_between_lines() {
        let bytes = Array(real.utf8)
        for length in 1..<bytes.count {
            let text = String(decoding: bytes.prefix(length), as: UTF8.self)
            #expect((problem(text) == nil) == text.hasSuffix("\n"), "\(length)")
        }
    }

    @Test func any_bytes_are_read_or_refused() {
        var generator = SeededGenerator(seed: 7)
        let pieces = [
            "file ", "seq ", "type ", "b", "i", "h", "\n", "#", " ", "a.aof", "-1", "9999999999999999999", "/",
        ]
        for _ in 0..<5_000 {
            var bytes = (0..<Int.random(in: 0..<30, using: &generator)).flatMap { _ in
                Array(pieces.randomElement(using: &generator)!.utf8)
            }
            if Bool.random(using: &generator) { bytes.append(.random(in: 0...255, using: &generator)) }
            let manifest = try? AOFManifest(bytes, words: Self.words)
            for file in manifest?.files ?? [] { #expect(!file.name.contains("/")) }
        }
    }
}
