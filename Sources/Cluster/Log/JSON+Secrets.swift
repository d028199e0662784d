import Runtime
package import Vocabulary

extension JSON {
    /// The value as one line of text, without secrets: what servers and nodes say ends here, too.
    package var text: String { text(Secrets.removed(from:)) }
}
