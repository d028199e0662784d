import Rendering
import Succession
import Testing
import Throttle
import Vocabulary

/// The mark as it stands in a rendered file: it is read again, and what is not read is not rendered.
@Suite(.inTurn) struct MarkFormTests {
    private static let ids = [
        "-", "01234567", "a-B-c-D-", "12607277-39e9-4202-a284-9e11dc21c7b5", String(repeating: "a", count: 64),
    ]
    private static let otherIDs = [
        "", "42", "0123456", "a.bcdefgh", "a_bcdefgh", "0123456é", "0123456 ", String(repeating: "a", count: 65),
    ]

    @Test(arguments: ids, [nil, 0, 1, 100, 999_999_999, 1_000_000_000, Int(Int32.max)])
    func whatIsRenderedIsRead(_ id: String, _ priority: Int?) throws {
        let text = try Self.title(id, priority)
        let read = Mark(template: text)
        let mark = try #require(read)
        #expect(mark == Mark(root: "/a/b", masterName: "m-1", clusterID: id == "-" ? nil : id))
        #expect(Mark.awaitedPriority(in: text) == priority)
        #expect(mark.template(awaiting: priority) == text)
    }

    @Test(arguments: otherIDs)
    func whatIsNotReadIsNotRendered(_ id: String) {
        #expect(throws: RenderingError.self) { try Self.title(id, nil) }
        let text = Mark(root: "/a/b", masterName: "m-1", clusterID: id).template()
        #expect(Mark(template: text) == nil)
    }

    /// As it stands in a whole file.
    private static func title(_ id: String, _ priority: Int?) throws -> String {
        let file = RedisFile(
            bind: Address("127.0.0.1:1")!, dataDirectory: "/data",
            mark: Mark(root: "/a/b", masterName: "m-1", clusterID: id == "-" ? nil : id), awaitedPriority: priority)
        let flat = try file.flattened(
            settings: Template(SourceText(name: "mine", text: "")), arguments: [], files: { _ in [] })
        let text = try file.render(template: Template(Shipped.redisTemplate), settings: flat)
        return try #require(settingsValue(of: ["proc-title-template"], in: text))
    }
}
