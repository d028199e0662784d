/// How long a write is on the wire, in bytes, without the length in front of it: what a server compares with its
/// `jute.maxbuffer`. Numbers are those of zookeeper.jute: 4 for an integer or a length, 1 for a boolean.
enum RequestSize {
    static func bytes(_ operations: [Operation], chroot: String, acl: ACL, isMulti: Bool) -> Int {
        // A request's header is a number and a type; a multi has a type, a boolean and an error before each operation,
        // and once more at its end.
        let header = 8
        let separator = isMulti ? 9 : 0
        return operations.reduce(header + separator) { sum, operation in
            let path = 4 + chroot.utf8.count + operation.path.utf8.count
            let rest =
                switch operation {
                case .create(_, let data, _): 4 + data.count + self.bytes(acl) + 4
                case .set(_, let data, _): 4 + data.count + 4
                case .delete, .check: 4
                }
            return sum + separator + path + rest
        }
    }

    private static func bytes(_ acl: ACL) -> Int {
        acl.entries.reduce(4) { $0 + 4 + 4 + $1.scheme.utf8.count + 4 + $1.id.utf8.count }
    }
}
