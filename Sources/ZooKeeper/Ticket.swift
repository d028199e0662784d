/// What libzookeeper carries for us between a request and its completion.
///
/// The link keeps it, and libzookeeper's pointer is unretained: a completion comes once at most, but requests that are
/// unanswered when the handle is closed never get theirs, so a retain for the completion would be lost then.
final class Ticket: Sendable {
    let id: UInt64
    let link: Link
    /// Where the completion of a `multi` finds its results.
    let results: MultiBuffers?

    init(_ id: UInt64, _ link: Link, _ results: MultiBuffers?) {
        self.id = id
        self.link = link
        self.results = results
    }
}
