/// Ends the run where a property does not hold; libFuzzer then keeps the input in a file of its own.
@inline(__always)
public func check(_ holds: Bool, _ what: @autoclosure () -> String) {
    if !holds { fatalError(what()) }
}

/// Whether a text is one line: it holds nothing that ends one, for whichever reader, and no NUL.
public func isOneLine(_ text: some StringProtocol) -> Bool {
    !text.utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 }
}

/// Whether a text may go into a log as it is: one line, without a control character.
public func isPrintable(_ text: some StringProtocol) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
        scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value) && !(0x2028...0x2029).contains(scalar.value)
    }
}
