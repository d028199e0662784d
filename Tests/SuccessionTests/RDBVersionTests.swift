import Testing

@testable import Succession

/// Which server loads which version of the RDB format.
@Suite(.timeLimit(.minutes(5))) struct RDBVersionTests {
    @Test(
        "a server is known by what it says of itself",
        arguments: [
            ("Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=6d95e1af3a2c082a", 9),
            ("Redis server v=6.2.14 sha=00000000:0 malloc=libc bits=64 build=0", 9),
            ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0", 10),
            ("Redis server v=7.2.5 sha=0", 11), ("Redis server v=7.4.1 sha=0", 12), ("Redis server v=8.0.2 sha=0", 12),
            ("Redis server v=8.6.3 sha=0", 13), ("Redis server v=8.8.0 sha=0", .max),
            ("Redis server v=9.0.0 sha=0", .max),
            ("Redict server v=7.3.6 sha=0", 12), ("Server v=7.2.6 sha=0", 11), ("Valkey server v=7.2.9 sha=0", 11),
            ("Valkey server v=8.0.1 sha=0", 11), ("Valkey server v=8.1.1 sha=0", 11),
            ("Valkey server v=9.0.0 sha=0", 80),
            ("Valkey server v=9.1.2 sha=0\n", 80), ("Valkey server v=10.0.0", .max), ("KeyDB server v=6.3.4", .max),
            ("", .max), ("Redis server", .max), ("Redis server v=", .max), ("Redis server v=x.y", .max),
        ] as [(String, Int)])
    func newest(line: String, newest: Int) {
        #expect(RDBVersion.newest(ofServer: line) == newest)
    }

    @Test("every server loads what is older, and Valkey 9 nothing of Redis after their parting")
    func loads() {
        for newest in [9, 10, 11, 12, 13] {
            for version in 0...100 {
                #expect(RDBVersion.loads(version, newest: newest) == (1...newest).contains(version))
            }
        }
        for version in 0...100 {
            #expect(RDBVersion.loads(version, newest: 80) == ((1...11).contains(version) || version == 80))
            #expect(RDBVersion.loads(version, newest: .max) == (version > 0))
        }
    }

    @Test("each is told in words")
    func words() {
        #expect(RDBVersion.writers(of: 80) == "Valkey 9" && RDBVersion.writers(of: 14) == "a newer Redis")
        #expect(RDBVersion.loaded(upTo: 80) == "up to 11, and 80" && RDBVersion.loaded(upTo: 10) == "up to 10")
        #expect((-1...100).allSatisfy { !RDBVersion.writers(of: $0).isEmpty })
    }
}
