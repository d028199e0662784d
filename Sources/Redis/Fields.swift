/// Names and values as a server listed them: a flat array, as `CONFIG GET` and `SENTINEL MASTER` give it.
///
/// Looked up one by one instead of being made a dictionary: of some forty fields each, for thousands of servers, a watcher
/// needs a handful.
public struct Fields: Equatable, Sendable {
    private let elements: [Reply]

    /// nil for anything but an array of texts, two by two.
    init?(_ reply: Reply) {
        guard let elements = reply.list, elements.count.isMultiple(of: 2), elements.allSatisfy(\.isText) else {
            return nil
        }
        self.elements = elements
    }

    /// How many names there are.
    public var count: Int { elements.count / 2 }

    /// The value of the first field of that name.
    public subscript(_ name: String) -> String? {
        for index in stride(from: 0, to: elements.count, by: 2) where elements[index].isText(name) {
            return elements[index + 1].text
        }
        return nil
    }
}

extension Reply {
    fileprivate var isText: Bool {
        switch self {
        case .string, .status: true
        default: false
        }
    }

    fileprivate func isText(_ text: String) -> Bool {
        switch self {
        case .string(let bytes): bytes.count == text.utf8.count && bytes.elementsEqual(text.utf8)
        case .status(let line): line == text
        default: false
        }
    }
}
