package import Cluster
import Glibc
import Inspection
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// `interrex master`, `sentinels`, `replicas` and `history`: one thing each, for scripts and people.
package struct Listing: Sendable {
    package enum Subject: Sendable {
        /// - wait: until there is one, for so long.
        case master(wait: Duration?)
        case sentinels, replicas
        /// - count: so many of the newest.
        case history(count: Int, inUTC: Bool)
    }

    private let subject: Subject
    private let printsJSON: Bool

    package init(_ subject: Subject, printsJSON: Bool) {
        self.subject = subject
        self.printsJSON = printsJSON
    }

    /// - Throws: `Failure` 75 where there is no cluster, or nobody answers as master; 69 where no sentinel answers;
    ///   else as `OperatorRun.run`.
    package func run(_ environment: Environment) throws {
        try OperatorRun.run(name, environment) { run in
            let output = Output(run.environment)
            switch subject {
            case .master(let wait): try await showMaster(run, wait, on: output)
            case .sentinels: try await showSentinels(run, on: output)
            case .replicas: try await showReplicas(run, on: output)
            case .history(let count, let inUTC): try await showHistory(run, count, inUTC, on: output)
            }
        }
    }

    private var name: String {
        switch subject {
        case .master: "master"
        case .sentinels: "sentinels"
        case .replicas: "replicas"
        case .history: "history"
        }
    }

    private func showMaster(_ run: OperatorRun, _ wait: Duration?, on output: Output) async throws {
        let end = wait.map { ContinuousClock.now + $0 }
        while true {
            let failure: Failure
            do {
                let sight = try await look(run)
                if let master = sight.snapshot.record?.address, sight.snapshot.recordedMasterIsUp {
                    return output.say(printsJSON ? master.json.text : master.description)
                }
                failure = Failure(.noMaster, "\(sight.verdict.text); interrex status says what is wrong")
            } catch let trouble as Failure where [.unavailable, .noMaster].contains(trouble.code) {
                failure = trouble
            }
            guard let end, .now < end else { throw failure }
            // Nothing tells when a server, or ZooKeeper, begins to answer.
            try await run.loop.sleep(for: .milliseconds(200))
        }
    }

    private func showSentinels(_ run: OperatorRun, on output: Output) async throws {
        let sight = try await look(run)
        let reports = sight.sentinelReports
        guard reports.contains(where: { $0.opinion != nil }) else {
            throw Failure(
                .unavailable,
                "none of \(reports.count) sentinels of \(sight.root) answers; start some (interrex sentinel), or see interrex status"
            )
        }
        guard printsJSON else {
            return output.say(reports.filter { $0.opinion != nil }.map(\.address.description))
        }
        output.say(
            .array(
                reports.map { report in
                    report.address.json(with: [
                        ("answers", .bool(report.opinion != nil)), ("names", JSON(report.opinion?.names?.description)),
                    ])
                }))
    }

    private func showReplicas(_ run: OperatorRun, on output: Output) async throws {
        let sight = try await look(run)
        let replicas = sight.snapshot.linkedReplicas
        guard printsJSON else { return output.say(replicas.map(\.description)) }
        output.say(
            .array(
                replicas.map { replica in
                    let history = sight.snapshot.replication(of: replica)?.history
                    return replica.json(with: [("offset", JSON(history.map { Int($0.offset) }))])
                }))
    }

    private func showHistory(_ run: OperatorRun, _ count: Int, _ inUTC: Bool, on output: Output) async throws {
        let (entries, problem) = try await run.withRegistry { try await $0.legibleHistory() }
        if let problem {
            Log.warn(problem)
        } else if entries.isEmpty {
            // A cluster without a history is one thing, the wrong place another.
            _ = try await look(run)
        }
        let page = HistoryPage(Array(entries.suffix(count)))
        if printsJSON { return output.say(page.json) }
        output.say(page.lines(on: output.canvas) { inUTC ? $0 : Timestamp.local($0) })
    }

    /// - Throws: `Failure` 75 where there is no cluster.
    private func look(_ run: OperatorRun) async throws -> Sight {
        let sight = try await run.withRegistry { try await Inspector(run, $0).lookAtOurs(withDetails: false) }
        do throws(Objection) {
            try sight.checkThatThereIsACluster()
        } catch {
            throw Failure(error)
        }
        return sight
    }
}

extension Address {
    fileprivate var json: JSON { json(with: []) }

    /// `host`, `port` and the whole, as the watcher's endpoints have them.
    fileprivate func json(with more: [(String, JSON)]) -> JSON {
        .object(
            [("address", .string(description)), ("host", .string(host.description)), ("port", .number(port))] + more)
    }
}
