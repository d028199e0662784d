import ArgumentParser
import Cluster
import Vocabulary

// What is typed behind an option, checked before anybody is asked anything.

/// - Throws: wrong usage (64).
func address(_ text: String, of option: String) throws -> Address {
    guard let address = Address(text) else {
        throw ValidationError("\(option) is \"\(text.prefix(40))\", which is no HOST:PORT")
    }
    return address
}

/// - Throws: wrong usage (64).
func duration(_ text: String, of option: String, in range: ClosedRange<Duration>) throws -> Duration {
    guard !text.isEmpty else { throw ValidationError("\(option) is empty; write a time as 30s or 10m") }
    do throws(Failure) {
        return try Environment([option: text]).duration(option, default: .zero, in: range)
    } catch {
        throw ValidationError(error.description)
    }
}

/// One line that a node's field holds.
/// - Throws: wrong usage (64).
func line(_ text: String, of option: String) throws -> String {
    guard !text.isEmpty, text.utf8.count <= 200, !text.unicodeScalars.contains(where: \.properties.isLineBreakOrControl)
    else { throw ValidationError("\(option) must be one line of 1 to 200 bytes") }
    return text
}

extension Unicode.Scalar.Properties {
    fileprivate var isLineBreakOrControl: Bool {
        [.control, .lineSeparator, .paragraphSeparator].contains(generalCategory)
    }
}
