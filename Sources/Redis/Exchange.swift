import Glibc

/// Commands and their replies over a socket that is connected already, for who has no loop and asks once.
public enum Exchange {
    /// Sends all of them at once. To be called with a non-blocking socket.
    ///
    /// - Parameter stop: a descriptor; nothing more is waited for once it can be read.
    /// - Returns: the replies that came before the deadline, in order: fewer than there are commands where the peer
    ///   ended the connection or broke the protocol.
    public static func replies(
        to commands: [[String]], over socket: Int32, until deadline: ContinuousClock.Instant, stop: Int32
    ) -> [Reply] {
        var unsent: [UInt8] = []
        for command in commands { unsent.append(command: command) }
        let parser = ReplyParser(limit: Connection.defaultReplyLimit)
        var replies: [Reply] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while replies.count < commands.count {
            let rest = deadline - .now
            guard rest > .zero else { break }
            let interest = Int16(unsent.isEmpty ? POLLIN : POLLIN | POLLOUT)
            var waited = [
                pollfd(fd: socket, events: interest, revents: 0), pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&waited, 2, Int32(clamping: Int64(rest / .milliseconds(1)) + 1))
            if count < 0, errno == EINTR { continue }
            guard count > 0, waited[1].revents == 0 else { break }
            if !unsent.isEmpty {
                let sent = send(socket, unsent, unsent.count, Int32(MSG_NOSIGNAL))
                guard sent > 0 || errno == EAGAIN else { break }
                unsent.removeFirst(max(sent, 0))
            }
            let received = recv(socket, &chunk, chunk.count, Int32(MSG_DONTWAIT))
            guard received > 0 || received < 0 && errno == EAGAIN else { break }
            if received > 0, !take(chunk.prefix(received), parser, &replies) { break }
        }
        return replies
    }

    /// Returns whether the peer keeps to the protocol.
    private static func take(_ bytes: ArraySlice<UInt8>, _ parser: ReplyParser, _ replies: inout [Reply]) -> Bool {
        bytes.withUnsafeBytes { parser.feed($0) }
        while true {
            switch parser.next() {
            case .reply(let reply): replies.append(reply)
            case .needMore: return true
            case .failure: return false
            }
        }
    }
}
