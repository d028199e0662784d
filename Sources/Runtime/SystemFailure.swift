import Glibc

/// What the system said to a call that it refused.
package struct SystemFailure: Error, Equatable {
    /// An `errno`.
    package let number: Int32

    package init(number: Int32) { self.number = number }
}

/// What `errno` says, in words.
public func lastError() -> String { lastError(errno) }

public func lastError(_ number: Int32) -> String { String(cString: strerror(number)) }

/// Whether it is this process or this machine that lacks something: that says nothing about a peer.
package func isLack(_ number: Int32) -> Bool {
    [EMFILE, ENFILE, ENOMEM, ENOBUFS, EADDRNOTAVAIL, EAGAIN, ENOSPC].contains(number)
}
