import Glibc

/// What a person at the terminal sees: results on standard output, the processes' lines on standard error, each under the
/// coloured name of its process.
struct Console: Sendable {
    private let colours: Bool

    /// Colours only where there is a terminal, and nobody has said NO_COLOR (https://no-color.org).
    init(noColour: Bool) { colours = isatty(2) == 1 && !noColour }

    func show(_ line: some StringProtocol, of name: String) {
        guard !line.isEmpty else { return }
        let label = name + String(repeating: " ", count: max(0, 11 - name.count))
        put("\(colours ? "\u{1b}[\(colour(of: name))m\(label)\u{1b}[0m" : label) | \(line)\n", to: 2)
    }

    func result(_ text: String) { put(text, to: 1) }

    private func colour(of name: String) -> Int {
        let palette = [32, 33, 34, 35, 36, 92, 93, 94, 95, 96]
        return palette[name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } % palette.count]
    }

    private func put(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }
}
