import Glibc
import Runtime
import Succession
public import Vocabulary

/// Network interfaces and names, as far as a process must choose an address.
public enum Interface {
    /// The first IPv4 address of an interface, else its first global IPv6 address, in the kernel's order.
    /// - Throws: `Failure` (78) that lists the interfaces there are.
    public static func address(of name: String, _ environment: Environment) throws(Failure) -> Host {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else {
            throw environment.bad("NET_IFACE", "can't be looked up (\(lastError())); set BIND_IP instead")
        }
        defer { freeifaddrs(list) }
        var names: [String] = []
        var hosts: [Host] = []
        var entry = list
        while let current = entry?.pointee {
            let interface = String(cString: current.ifa_name)
            if !names.contains(interface) { names.append(interface) }
            if interface == name, let address = current.ifa_addr, let host = numeric(address) { hosts.append(host) }
            entry = current.ifa_next
        }
        guard names.contains(name) else {
            throw environment.bad(
                "NET_IFACE",
                "is \(name.clipped), which this machine does not have (it has \(names.joined(separator: ", "))); set NET_IFACE or BIND_IP"
            )
        }
        guard let host = hosts.first(where: { $0.kind == .ipv4 }) ?? hosts.first(where: isGlobal) else {
            throw environment.bad(
                "NET_IFACE", "is \(name.clipped), which has no IPv4 and no global IPv6 address; set BIND_IP")
        }
        return host
    }

    /// Every address of every interface; none where they can't be looked up.
    public static var addresses: Set<Host> {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var hosts: Set<Host> = []
        var entry = list
        while let current = entry?.pointee {
            if let host = current.ifa_addr.flatMap({ numeric($0) }) { hosts.insert(host) }
            entry = current.ifa_next
        }
        return hosts
    }

    /// Not ::1, and not of fe80::/10, whose addresses mean nothing without an interface.
    private static func isGlobal(_ host: Host) -> Bool {
        guard host.kind == .ipv6, let group = UInt16(host.description.prefix { $0 != ":" }, radix: 16) else {
            return false
        }
        return group & 0xffc0 != 0xfe80
    }

    fileprivate static func numeric(_ address: UnsafeMutablePointer<sockaddr>) -> Host? {
        let length: Int
        switch Int32(address.pointee.sa_family) {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(address, socklen_t(length), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
            return nil
        }
        return Host(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}

public enum Resolution {
    /// The first address of a host name, of the family of `like` where there is one.
    public static func first(of name: String, like: Host) -> Host? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &found) == 0 else { return nil }
        defer { freeaddrinfo(found) }
        var hosts: [Host] = []
        var entry = found
        while let current = entry?.pointee {
            if let host = Interface.numeric(current.ai_addr) { hosts.append(host) }
            entry = current.ai_next
        }
        return hosts.first { $0.kind == like.kind } ?? hosts.first
    }
}
