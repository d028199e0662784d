package import Cluster
package import Redis
package import Vocabulary

extension Failure {
    /// Why a server or a sentinel does not do what it is told.
    package init(of error: RedisError, by address: Address, _ kind: Confidants.Kind) {
        let (what, variable) = kind == .server ? ("server", "REDIS_PASSWORD") : ("sentinel", "SENTINEL_PASSWORD")
        let who = "the \(what) \(address)"
        if error.isLockout {
            self.init(.notAuthorised, "\(who) does not let us in (\(error.message)); check \(variable)")
        } else if error.isRefusal {
            self.init(
                .notAuthorised,
                "\(who) does not allow us \(error.command ?? "this command") (\(error.message)); check REDIS_USERNAME, its "
                    + "ACL and RENAMED_COMMANDS")
        } else if error.prefix == "DENIED" {
            self.init(
                .notAuthorised,
                "\(who) lets nobody in from another machine, because it has no password (protected-mode); run this on its "
                    + "host, or give all of them a \(variable)")
        } else if error.code == .denied {
            self.init(
                .unavailable,
                "\(who) has no room for another client (\(error.message)); raise its maxclients, or end some clients")
        } else if error.code == .loading {
            self.init(.unavailable, "\(who) can't answer yet (\(error.message)); \(Self.patience(error.prefix))")
        } else if error.message.hasPrefix("ERR No such master") {
            self.init(
                .badConfiguration,
                "\(who) monitors no master of that name (\(error.message)); check MASTER_NAME, here and where it was started"
            )
        } else if error.code == .server {
            self.init(.badConfiguration, "\(error); see the log of \(who)")
        } else {
            self.init(.unavailable, "\(who) gives no answer (\(error.message)); free it, or start it again")
        }
    }

    private static func patience(_ prefix: String?) -> String {
        switch prefix {
        case "BUSY": "end the script that it runs (SCRIPT KILL), then try again"
        case "MASTERDOWN": "wait until its link to the master is up, then try again"
        default: "wait until it has loaded its data, then try again"
        }
    }
}
