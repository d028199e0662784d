import Succession
import Vocabulary
import ZooKeeper

/// What a watcher reads. Every read sets a watch: while none fires, what was read holds.
extension Registry {
    /// Reads all that a watcher decides on, and sees to it that `session.changes()` tells of the next change.
    /// `/redis/master` comes first: its version must be older than the evidence.
    /// - Throws: `Failure` 69 where ZooKeeper can't be reached, 77 where it does not let us in.
    public func watcherView() async throws -> WatcherView {
        var view = WatcherView()
        let master = try await watched(paths.master)
        async let cluster = watched(paths.cluster)
        async let members = watchedNodes(below: paths.members)
        async let sentinels = watchedNodes(below: paths.sentinels)
        async let watchers = watchedNodes(below: paths.watchers)
        async let paused = watchedOrder(paths.paused)
        async let switchover = watchedOrder(paths.switchover)
        async let loss = watchedOrder(paths.acceptLoss)
        async let identities = watchedNodes(below: paths.identities)
        async let candidates = watchedNodes(below: paths.candidates)
        async let badParents = badParents()
        view.readMaster(try master.orDenied(paths.master), at: paths.master)
        view.readCluster(try await cluster.orDenied(paths.cluster), at: paths.cluster)
        view.members = view.readRegistrations(try await members)
        view.sentinels = view.readRegistrations(try await sentinels)
        view.readWatchers(try await watchers)
        let (pause, request, word) = (try await paused, try await switchover, try await loss)
        view.readPause(try await legible(pause.finding), at: paths.paused)
        view.readSwitchover(request.finding, at: paths.switchover)
        view.readLoss(word.finding, at: paths.acceptLoss)
        view.openOrders = [(pause, paths.paused), (request, paths.switchover), (word, paths.acceptLoss)]
            .filter(\.0.isForeign).map(\.1)
        view.identities = view.read(try await identities, Registry.identity).map {
            View.Registration(id: $0.id, address: $0.address, isLeased: false)
        }
        _ = view.read(try await candidates, Registry.candidate)
        view.badParents = try await badParents
        view.badNodes.sort { $0.path < $1.path }
        return view
    }

    /// Reads a node, or its absence, with a watch that fires when that changes. (Of a node that we may not read the
    /// server tells nothing either: CVE-2024-23944.)
    private func watched(_ path: String) async throws -> Finding {
        for _ in 0..<Self.turns {
            let finding = try await finding(path) { .node(try await session.get(path, watch: true)) }
            guard finding == .nothing else { return finding }
            // Only `exists` watches what is not there. A node that was created between the two is read.
            if try await !watchedIsThere(path) { return .nothing }
        }
        throw restless(path)
    }

    /// The same for what an operator asks for.
    private func watchedOrder(_ path: String) async throws -> (finding: Finding, isForeign: Bool) {
        while true {
            switch try await translated({ try await order(path, watch: true) }) {
            case .node(let node, let isForeign): return (.node(node), isForeign)
            case .hidden: return (.denied, false)
            case .changed(let why): return (.foreign(why), false)
            case .nothing: if try await !watchedIsThere(path) { return (.nothing, false) }
            }
        }
    }

    /// Reads the nodes below `path`, with watches on each and on their coming and going, that of `path` included.
    private func watchedNodes(below path: String) async throws -> [(path: String, finding: Finding)] {
        guard let names = try await watchedChildren(path) else { return [] }
        return try await withThrowingTaskGroup(of: (String, Finding).self) { group in
            for name in names {
                let path = "\(path)/\(name)"
                group.addTask { (path, try await believed(path)) }
            }
            var found: [(path: String, finding: Finding)] = []
            for try await (path, finding) in group where finding != .nothing { found.append((path, finding)) }
            return found.sorted { $0.path < $1.path }
        }
    }

    /// Reads a node with a watch, and finds out whose it is.
    private func believed(_ path: String) async throws -> Finding {
        try await finding(path) {
            let (node, foreign) = try await judged(path, watch: true)
            return foreign.map { .foreign($0) } ?? .node(node)
        }
    }

    /// When a pause began can be told of one that can't be read, too.
    private func legible(_ pause: Finding) async throws -> Finding {
        guard pause == .denied, let stat = try await translated({ try await session.exists(paths.paused) }) else {
            return pause
        }
        return .node(Node(data: [], stat: stat))
    }

    private func watchedChildren(_ path: String) async throws -> [String]? {
        for _ in 0..<Self.turns {
            if let names = try await children(path, watch: true) { return names }
            if try await !watchedIsThere(path) { return nil }
        }
        throw restless(path)
    }

    /// It was there whenever nobody read it: neither it nor its absence is known, and a look must end.
    private func restless(_ path: String) -> Failure {
        Failure(
            .unavailable,
            "\(session.whole(path)) in ZooKeeper comes and goes faster than it can be read; stop whoever makes and deletes it"
        )
    }

    private func watchedIsThere(_ path: String) async throws -> Bool {
        try await translated { try await session.exists(path, watch: true) != nil }
    }

    private func finding(_ path: String, _ get: () async throws -> Finding) async throws -> Finding {
        do {
            return try await get()
        } catch let error as ZooKeeperError {
            switch error.code {
            case .noNode: return .nothing
            case .noAuth: return .denied
            default: throw Failure(error)
            }
        }
    }

    /// The number that ZooKeeper gave a watcher's node; nil for a name that is none of ours.
    static func number(ofWatcher path: String) -> Int? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        let name = path[slash...].dropFirst()
        let digits = name.dropFirst(2)
        guard name.hasPrefix("n-"), digits.count == 10, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            return nil
        }
        return Int(digits)
    }
}

/// What reading a node came to.
private enum Finding: Equatable, Sendable {
    case node(Node)
    case nothing
    /// Its ACL does not let us read it.
    case denied
    /// Somebody else may have written it, for the reason given.
    case foreign(String)

    func orDenied(_ path: String) throws(Failure) -> Node? {
        switch self {
        case .node(let node): return node
        case .nothing, .foreign: return nil
        case .denied: throw Failure(ZooKeeperError(.noAuth, "get", path))
        }
    }

    /// The node; nil where there is none.
    func readable() throws(BadZnode) -> Node? {
        switch self {
        case .node(let node): return node
        case .nothing: return nil
        case .denied: throw BadZnode("its ACL does not let us read it")
        case .foreign(let reason): throw BadZnode(reason)
        }
    }
}

extension WatcherView {
    fileprivate mutating func readMaster(_ node: Node?, at path: String) {
        guard let node else { return }
        record = checked(path, isEssential: true) { () throws(BadZnode) in
            Record(try Address(znode: node.data), version: node.stat.version)
        }
    }

    fileprivate mutating func readCluster(_ node: Node?, at path: String) {
        guard let node else { return }
        cluster = checked(path, isEssential: true) { () throws(BadZnode) in
            try Registry.clusterRecord(node.data)
        }
        clusterVersion = cluster.map { _ in node.stat.version }
    }

    fileprivate mutating func readRegistrations(_ found: [(path: String, finding: Finding)]) -> [View.Registration] {
        read(found) { name, node throws(BadZnode) in try View.Registration(name, node) }
    }

    fileprivate mutating func read<Value>(
        _ found: [(path: String, finding: Finding)],
        _ value: (_ name: String, _ node: Node) throws(BadZnode) -> Value?
    ) -> [Value] {
        found.compactMap { path, finding in
            let read: Value?? = checked(path) { () throws(BadZnode) in
                guard let node = try finding.readable(), let slash = path.lastIndex(of: "/") else { return nil }
                return try value(String(path[slash...].dropFirst()), node)
            }
            return read ?? nil
        }
    }

    fileprivate mutating func readWatchers(_ found: [(path: String, finding: Finding)]) {
        let candidacies = found.compactMap { path, finding in
            let candidacy: Candidacy?? = checked(path) { () throws(BadZnode) in
                guard let number = Registry.number(ofWatcher: path) else {
                    throw BadZnode("its name is not n- and ten digits")
                }
                guard let node = try finding.readable() else { return nil }
                // One that no session ends would lead for ever.
                guard node.stat.ephemeralOwner != 0 else { throw BadZnode("it is not ephemeral") }
                return Candidacy(
                    path: path, number: number, address: try Address(znode: node.data),
                    owner: node.stat.ephemeralOwner, version: node.stat.version)
            }
            return candidacy ?? nil
        }
        watchers = candidacies.sorted { $0.number < $1.number }
    }

    fileprivate mutating func readPause(_ finding: Finding, at path: String) {
        if case .foreign(let why) = finding { badNodes.append(BadNode(path: path, reason: why)) }
        guard case .node(let node) = finding else {
            isPaused = finding == .denied
            return
        }
        isPaused = true
        let (pause, problem) = Registry.pause(node)
        self.pause = pause
        if let problem { badNodes.append(BadNode(path: path, reason: problem.description)) }
    }

    fileprivate mutating func readLoss(_ finding: Finding, at path: String) {
        switch finding {
        case .node(let node): lossVersion = node.stat.version
        case .foreign(let why): badNodes.append(BadNode(path: path, reason: why))
        case .nothing, .denied: break
        }
    }

    fileprivate mutating func readSwitchover(_ finding: Finding, at path: String) {
        let found: (Switchover, Int32)?? = checked(path) { () throws(BadZnode) in
            try finding.readable().map { node throws(BadZnode) in
                (try Registry.switchover(node.data), node.stat.version)
            }
        }
        if let found, let (request, version) = found { (switchover, switchoverVersion) = (request, version) }
    }

    /// What `read` makes of a node; nil, and one more bad node, where it can't be used.
    private mutating func checked<Value>(
        _ path: String, isEssential: Bool = false, _ read: () throws(BadZnode) -> Value
    ) -> Value? {
        do {
            return try read()
        } catch {
            // A name below ours may be as long, and as strange, as ZooKeeper lets it be.
            let path = path.clipped.oneLine
            badNodes.append(BadNode(path: path, reason: error.description, isEssential: isEssential))
            return nil
        }
    }
}
