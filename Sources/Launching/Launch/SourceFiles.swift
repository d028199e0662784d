import Cluster
import Processes
import Rendering
import Runtime

/// The user's settings and the template around them: read, and parsed, before ZooKeeper is touched.
struct SourceFiles: Sendable {
    let template: Template
    let settings: Template

    /// - Throws: `Failure` (78) where a file can't be read or parsed.
    init(_ environment: Environment, kind: ServerKind) throws(Failure) {
        switch kind {
        case .redis:
            template = try Self.template(environment, "REDIS_TEMPLATE", or: Shipped.redisTemplate)
            settings = try Self.template(environment, "REDIS_CONF", or: Shipped.redisConf)
        case .sentinel:
            template = try Self.template(environment, "SENTINEL_TEMPLATE", or: Shipped.sentinelTemplate)
            settings = try Self.template(environment, "SENTINEL_CONF", or: Shipped.sentinelConf)
        }
    }

    private static func template(
        _ environment: Environment, _ variable: String, or shipped: SourceText
    ) throws(Failure) -> Template {
        let source = try source(environment, variable) ?? shipped
        return try rendering { () throws(RenderingError) in try Template(source) }
    }

    private static func source(_ environment: Environment, _ variable: String) throws(Failure) -> SourceText? {
        guard let path = try environment.text(variable) else { return nil }
        let bytes: [UInt8]
        do throws(FileProblem) {
            bytes = try readWholeFile(path)
        } catch {
            throw environment.bad(
                variable, "names \(path.clipped), which can't be read (\(error)); check its path and mode")
        }
        do throws(RenderingError) {
            return try SourceText(name: path, bytes: bytes)
        } catch {
            throw environment.bad(variable, "can't be used: \(error)")
        }
    }
}

/// Runs `body` and turns a rendering error into the failure that an operator reads.
func rendering<Value>(_ body: () throws(RenderingError) -> Value) throws(Failure) -> Value {
    do throws(RenderingError) {
        return try body()
    } catch {
        throw Failure(.badConfiguration, error.description)
    }
}
