public import Succession
import Vocabulary

/// Why a command for operators does not do what it was told, and what to do about it. Nothing was changed.
public struct Objection: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// The cluster is not such that it can be done: at another time it may be.
        case notNow
        /// Who would have to do it is not there.
        case unavailable
        /// Others may change the cluster's nodes, or a server does not let us in.
        case notAuthorised
        /// A node holds what none of us would write.
        case badData
    }

    public var kind: Kind
    /// One line.
    public var description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    public init(_ description: String) { self.init(.notNow, description) }

    /// Somebody looks at the wrong place.
    public init(noClusterBelow root: String) {
        self.init(
            "there is no cluster below \(root) in ZooKeeper: check ZK_ROOT, and the chroot of ZK_HOSTS; both must be those of "
                + "the launchers")
    }
}

extension Sight {
    /// - Throws: where nothing of a cluster is there: somebody looks at the wrong place.
    public func checkThatThereIsACluster() throws(Objection) {
        guard snapshot.record == nil, snapshot.cluster == nil, snapshot.members.isEmpty, snapshot.sentinels.areAbsent,
            !snapshot.badNodes.contains(where: \.isEssential)
        else { return }
        throw Objection(noClusterBelow: root)
    }

    /// - Throws: where the root belongs to another user: all that is seen then is what that one lets everybody see, and
    ///   nobody below it counts as ours.
    public func checkThatTheRootIsOurs() throws(Objection) {
        guard exposed.contains(where: { $0.path == root && $0.isOthers }) else { return }
        throw Objection(
            .notAuthorised,
            "\(root) in ZooKeeper belongs to another user than that of ZK_AUTH, so nothing below it is believed; set ZK_AUTH as the "
                + "launchers have it")
    }

    /// - Throws: where what is recorded can't be read, or others may have written it: nothing can be done on its word.
    func checkThatNodesAreOurs() throws(Objection) {
        if let bad = snapshot.badNodes.first(where: \.isEssential) {
            throw Objection(
                .badData,
                "\(bad.path) in ZooKeeper can't be used: \(bad.reason); mend it, or delete it where nobody knows what it held"
            )
        }
        guard snapshot.isExposed else { return }
        throw Objection(
            .notAuthorised,
            "others than the user of ZK_AUTH may change \(root), so nobody knows who wrote what is there; in zkCli.sh: addauth "
                + "digest USER:PASSWORD (those of ZK_AUTH), then setAcl -R \(root) auth::cdrwa,world:anyone:r")
    }
}

extension Sight {
    /// - Throws: where one of these servers does not let us in, whatever it is: what is done without its word rests on
    ///   nothing.
    func checkThatTheyLetUsIn(_ servers: [Address]) throws(Objection) {
        let denying = servers.filter { snapshot.answer(of: $0) == .denied && !snapshot.isStranger($0) }
        guard !denying.isEmpty else { return }
        let what =
            snapshot.hasPassword
            ? "REDIS_PASSWORD (with REDIS_USERNAME) is not what is asked for there" : "REDIS_PASSWORD is not set"
        throw Objection(
            .notAuthorised,
            "\(denying.words) does not let us in: \(what), or ACLs, protected-mode or maxclients keep us out; set both as the "
                + "launchers have them")
    }
}

extension Pause {
    /// Who paused, since and until when, and why, as far as that was said.
    public var words: String {
        let said = [
            who.map { "by \($0)" }, since.map { "since \($0)" }, until.map { "until \($0)" }, why.map { "(\($0))" },
        ]
        return said.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ").escapedLine(atMost: 500)
    }
}

extension [Address] {
    /// `a, b and c`.
    package var words: String {
        guard let last, count > 1 else { return first?.description ?? "nobody" }
        return "\(dropLast().map(\.description).joined(separator: ", ")) and \(last)"
    }
}
