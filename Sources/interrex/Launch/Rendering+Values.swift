import Redis
import Rendering
import Succession

extension HostPort {
    init(_ address: Address) { self.init(host: address.host.description, port: address.port) }
}

extension Rendering.Credentials {
    init(_ credentials: Redis.Credentials) {
        self.init(username: credentials.username, password: Secret(credentials.password))
    }
}
