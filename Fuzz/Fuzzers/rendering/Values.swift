import Fuzzing
import Rendering
import Vocabulary

/// The values of a file; without input such as stand in no template and no other value.
struct Values {
    static let models = [
        "10.11.12.13", "/model-folder", "/model-root", "model-name", "model-cluster", "model-password", "model-user",
        "model-master.example", "10.11.12.99",
    ]

    /// Those that are hosts.
    private static let hosts = [0, 7, 8]

    private(set) var all = Self.models

    init() {}

    init(_ input: inout Input) {
        for index in all.indices {
            guard let field = input.field() else { return }
            guard let text = String(validating: field, as: UTF8.self) else { continue }
            // No other text gets as far as a file.
            all[index] = Self.hosts.contains(index) ? Host(text)?.description ?? all[index] : text
        }
    }

    var bindIP: String { all[0] }
    var folder: String { all[1] }
    var mark: Mark { Mark(root: all[2], masterName: all[3], clusterID: all[4]) }
    var password: String { all[5] }
    var username: String { all[6] }
    var master: String { all[7] }
    var announced: String { all[8] }

    /// The directives of the model values with these values in their places.
    func set(into directives: [[[UInt8]]]) -> [[[UInt8]]] {
        let places = zip(Self.models, all).map { (Array($0.utf8), Array($1.utf8)) }
        return directives.map { words in
            words.map { word in
                if let (_, value) = places.first(where: { $0.0 == word }) { return value }
                guard word.starts(with: "{title}".utf8) else { return word }
                return Array(mark.template().utf8)
            }
        }
    }
}

/// The directives of the model values, for each choice of parts.
let modelRedis = (UInt8.min...UInt8.max).map { parts in
    directives(try! RedisFile(Values(), parts).render(template: shippedRedis, settings: markSettings))
}
let modelSentinel = (UInt8.min...UInt8.max).map { parts in
    directives(try! SentinelFile(Values(), parts).render(template: shippedSentinel, settings: markSettings))
}

extension RedisFile {
    init(_ values: Values, _ parts: UInt8) {
        self.init(
            bind: Address(host: values.bindIP, port: 7_001)!,
            announce: parts & 1 == 0 ? nil : Address(host: values.announced, port: 7_002)!,
            dataDirectory: values.folder, mark: values.mark,
            master: parts & 2 == 0 ? nil : Address(host: values.master, port: 7_003)!,
            credentials: Credentials(values, parts), minReplicasToWrite: Int(parts >> 4 & 1),
            replicaPriority: parts & 32 == 0 ? nil : 0)
    }
}

extension SentinelFile {
    init(_ values: Values, _ parts: UInt8) {
        self.init(
            bind: Address(host: values.bindIP, port: 7_001)!,
            announce: parts & 1 == 0 ? nil : Address(host: values.announced, port: 7_002)!,
            dataDirectory: values.folder, identity: String(repeating: "1", count: 40), mark: values.mark,
            master: Address(host: values.master, port: 7_003)!, credentials: Credentials(values, parts),
            sentinelPassword: parts & 64 == 0 ? nil : Secret(values.password),
            knownReplicas: parts & 128 == 0 ? [] : [Address(host: values.bindIP, port: 7_004)!],
            knownSentinels: [
                Peer(address: Address(host: values.master, port: 7_005)!, identity: String(repeating: "2", count: 40))
            ])
    }
}

extension Credentials {
    fileprivate init?(_ values: Values, _ parts: UInt8) {
        guard parts & 4 != 0 else { return nil }
        self.init(username: parts & 8 == 0 ? nil : values.username, password: Secret(values.password))
    }
}
