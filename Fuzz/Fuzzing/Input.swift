/// What libFuzzer gives, in pieces: fields end at the byte 0xFE, which no UTF-8 text holds.
public struct Input {
    private var rest: ArraySlice<UInt8>

    public init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        rest = Array(UnsafeBufferPointer(start: start, count: count))[...]
    }

    /// All that is left.
    public var bytes: [UInt8] { Array(rest) }

    /// One byte; 0 at the end.
    public mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// The bytes up to the next 0xFE; nil at the end.
    public mutating func field() -> [UInt8]? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: 0xFE) ?? rest.endIndex
        defer { rest = rest[end...].dropFirst() }
        return Array(rest[..<end])
    }

    /// The same as text: nil where it is no UTF-8, or at the end.
    public mutating func text() -> String? { field().flatMap { String(validating: $0, as: UTF8.self) } }
}
