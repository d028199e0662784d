/// What a real server makes of the settings that it is tried with (`SettingsTrial`).
enum Verdict: Equatable {
    case accepted
    /// It would not start with them.
    case refused(Complaint)
    /// It could not be tried, for this reason: the launch goes on with a warning.
    case unknown(String)
}
