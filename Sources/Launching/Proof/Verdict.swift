/// What a real server makes of its settings.
enum Verdict: Equatable {
    case accepted
    /// It would not start with them.
    case refused(Complaint)
    /// It could not be tried, and nobody knows.
    case unknown(String)
}
