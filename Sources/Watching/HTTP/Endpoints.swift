import Cluster
import HTTPTypes
import Hummingbird
import NIOCore
import Succession
import Vocabulary

/// Finds the endpoint that a request names, and answers it (`docs/reference.md`). All of them only read.
struct Endpoints: HTTPResponder {
    /// Which connection a request came on.
    struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            channel = source.channel
        }
    }

    let board: StatusBoard
    let feed: EventFeed
    let metrics: PrometheusBackend
    /// How many clusters there should be; nil: not known.
    let expectedRoots: Int?
    /// Nil where our own machine keeps us from asking.
    let probe: @Sendable (Address) async -> Instance?
    let commentInterval: Duration
    let ledger: ConnectionLedger
    /// Why this watcher does not do its work; nil where it does.
    let stuck: @Sendable () async -> String?

    func respond(to request: Request, context: Context) async throws -> Response {
        guard [.get, .head, .options].contains(request.method) else {
            var response = Reply(.methodNotAllowed, "only GET, HEAD and OPTIONS: everything here is read-only").response
            response.headers[.allow] = Self.methods
            return response
        }
        var response = await response(to: Call(request), on: context.channel)
        if request.method == .get { return response }
        guard request.method == .options else { return response.createHeadResponse() }
        // A load balancer may check by OPTIONS (HAProxy does, unless it is told otherwise): it wants GET's status. Only
        // HEAD may announce a body that does not come (RFC 9110, section 8.6).
        response.headers[.allow] = Self.methods
        response.headers[.contentType] = nil
        response.headers[.contentLength] = nil
        return Response(status: response.status, headers: response.headers)
    }

    private static let methods = "GET, HEAD, OPTIONS"

    /// What stands above the clusters.
    enum Top: String, CaseIterable { case clusters, livez, readyz, metrics }

    /// All paths, as people write them; those of a cluster stand below `/clusters/NAME` too.
    static let paths =
        ClusterEndpoint.Name.allCases.filter { $0 != .readyz }.map(\.form) + Top.allCases.map { "/\($0.rawValue)" }

    private func response(to call: Call, on channel: any Channel) async -> Response {
        guard let path = call.path else { return Reply(.badRequest, "the path can't be decoded").response }
        let names = board.names
        // Events of all clusters.
        if path == [ClusterEndpoint.Name.events.rawValue] { return events(call, names, channel) }
        switch (path.first.flatMap(Top.init(rawValue:)), path.count) {
        case (.livez, 1): return (await stuck().map(Reply.unavailable) ?? Reply("ok")).response
        case (.readyz, 1): return ready().response
        case (.metrics, 1): return metricsResponse
        case (.clusters, 1):
            let clusters = names.roots.map { root -> JSON in
                ["name": .string(names.name(of: root)), "root": .string(root)]
            }
            return Reply(json: .array(clusters)).response
        case (.clusters, _): return await clusterResponse(path.dropFirst(), call, names, channel)
        default: return await topResponse(path[...], call, names, channel)
        }
    }

    /// The paths of the one cluster that the settings name. Below a parent another may appear at any time, and the same
    /// path must not mean something else then.
    private func topResponse(
        _ path: ArraySlice<String>, _ call: Call, _ names: ClusterNames, _ channel: any Channel
    ) async -> Response {
        guard let endpoint = ClusterEndpoint(path) else { return unknownPath }
        if expectedRoots == 1, names.roots.count == 1, let status = board.status(ofRoot: names.roots[0]) {
            return await response(of: status, endpoint, call, channel)
        }
        if endpoint == .status, expectedRoots != 1 {
            return Reply(json: ["clusters": .array(board.statuses.map(\.json))]).response
        }
        guard !names.roots.isEmpty else { return Reply.unavailable("no cluster has been looked at yet").response }
        let hint =
            "there may be several clusters; ask /clusters/NAME/\(path[path.startIndex]) with one of: \(names.list)"
        return Reply(.notFound, hint.oneLine).response
    }

    /// The paths below `/clusters/`.
    private func clusterResponse(
        _ path: ArraySlice<String>, _ call: Call, _ names: ClusterNames, _ channel: any Channel
    ) async -> Response {
        let (finding, rest) = names.split(path)
        guard case .root(let root) = finding, let status = board.status(ofRoot: root) else {
            return missing(finding, path.first ?? "", names)
        }
        guard let endpoint = ClusterEndpoint(rest) else { return unknownPath }
        return await response(of: status, endpoint, call, channel)
    }

    private func response(
        of status: ClusterStatus, _ endpoint: ClusterEndpoint, _ call: Call, _ channel: any Channel
    ) async -> Response {
        switch endpoint {
        case .sentinel: status.sentinelReply().response
        case .sentinels: status.sentinelsReply(json: call.wantsJSON).response
        case .master: status.masterReply(json: call.wantsJSON).response
        case .status: Reply(json: status.json).response
        case .history: status.historyReply.response
        case .ready: ((status.unready ?? status.emptiness).map(Reply.unavailable) ?? Reply("ok")).response
        case .events: stream(of: status.root, channel)
        case .primary(let address): (unknownParameter(call, besides: []) ?? status.primaryReply(address)).response
        case .replica(let address):
            if let complaint = unknownParameter(call, besides: ["max-lag"]) {
                complaint.response
            } else {
                await status.replicaReply(address, maxLag: call.parameters["max-lag"], probe: probe).response
            }
        }
    }

    /// A limit that is misspelt must not be none: servers that it is to keep out would get clients.
    private func unknownParameter(_ call: Call, besides known: [String]) -> Reply? {
        if let repeated = call.repeatedParameter {
            return Reply(.badRequest, "the parameter \(repeated.clipped) is given more than once".oneLine)
        }
        let unknown = call.parameters.keys.filter { !known.contains($0) }.sorted()
        guard let first = unknown.first else { return nil }
        let hint = known.isEmpty ? "there are none here" : "there is \(known.joined(separator: ", "))"
        return Reply(.badRequest, "the parameter \(first.clipped) is not understood; \(hint)".oneLine)
    }

    private func events(_ call: Call, _ names: ClusterNames, _ channel: any Channel) -> Response {
        guard let name = call.parameters["cluster"] else { return stream(of: nil, channel) }
        let finding = names.find(name)
        guard case .root(let root) = finding else { return missing(finding, name, names) }
        return stream(of: root, channel)
    }

    /// - Parameter root: Only this cluster's events; nil: all.
    private func stream(of root: String?, _ channel: any Channel) -> Response {
        guard ledger.beginStream(on: channel) else {
            let limits = ledger.currentLimits
            return Reply.unavailable(
                "too many event streams: \(limits.streams) may be open, \(limits.streamsPerClient) of one client; "
                    + "end one, or raise the watcher's limit of open files (ulimit -n)"
            ).response
        }
        return EventStream(feed: feed, root: root, commentInterval: commentInterval).response
    }

    private func ready() -> Reply {
        let statuses = board.statuses
        if let expectedRoots, statuses.count < expectedRoots {
            return .unavailable("only \(statuses.count) of \(expectedRoots) clusters have been looked at")
        }
        guard expectedRoots != nil || board.isListed else {
            return .unavailable("which clusters there are has not been read: ZooKeeper does not answer")
        }
        guard !statuses.isEmpty else {
            return .unavailable(
                "there is nothing to watch below any parent that ZK_ROOT names; check ZK_ROOT and ZK_HOSTS")
        }
        var unready = statuses.compactMap(\.unready)
        // One of several that is not there yet, or not any more, takes nothing from the others.
        if unready.isEmpty, statuses.allSatisfy({ $0.emptiness != nil }) { unready = statuses.compactMap(\.emptiness) }
        guard let first = unready.first else { return Reply("ok") }
        return .unavailable(unready.count == 1 ? first : "\(first) (and \(unready.count - 1) more)")
    }

    private var metricsResponse: Response {
        var reply = Reply("")
        reply.body = metrics.text()
        reply.type = "text/plain; version=0.0.4; charset=utf-8"
        return reply.response
    }

    private func missing(_ finding: ClusterNames.Finding, _ name: String, _ names: ClusterNames) -> Response {
        if case .ambiguous(let roots) = finding {
            let wholes = roots.map { String($0.dropFirst()) }.joined(separator: ", ")
            return Reply(.notFound, "\(name.clipped) is the name of several clusters: \(wholes)".oneLine).response
        }
        return Reply(.notFound, "there is no cluster \(name.clipped); there are: \(names.list)".oneLine).response
    }

    private var unknownPath: Response {
        Reply(
            .notFound,
            "there is no such path; there are \(Self.paths.dropLast().joined(separator: ", ")) and \(Self.paths.last ?? "")"
        ).response
    }
}
