import Succession
import Vocabulary

/// What is at an address, seen from a host.
enum Reach<Server> {
    case server(Server)
    case refused
    case silent
}

extension World {
    func redis(_ address: Int, from host: Int) -> Reach<SimRedis> {
        guard converse(host, Names.host(of: address)) else { return .silent }
        guard let server = redisAt[address] else { return .refused }
        return server.isPaused ? .silent : .server(server)
    }

    /// What the server at an address answers the product, with the mark in its rendered file.
    func instance(_ address: Int, from host: Int) -> Instance {
        if address == Names.foreign, isForeignUp, converse(host, Names.host(of: address)) {
            return Instance(.master(History(replicationID: Names.replicationID(1_000_000))), mark: .absent)
        }
        return switch redis(address, from: host) {
        case .refused: Instance(.refused)
        case .silent: Instance(.silent)
        case .server(let server): Instance(server.answer, mark: .mark(Names.mark(server.mark)))
        }
    }
}

/// A client that writes to whatever master answers, as clients do.
final class Writer: SimActor {
    override func act() -> Int? {
        let slot = world.slots[world.dice.below(world.slots.count)]
        if let server = slot.server, !server.isPaused, !server.isLoading, server.isMaster {
            server.write()
            world.tally.writes += 1
        }
        return world.dice.roll(50, 300)
    }
}
