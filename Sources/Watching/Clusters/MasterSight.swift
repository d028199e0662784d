import Succession
import Vocabulary

/// Notices that the recorded master is another one, where this watcher was not the one that wrote it: of several
/// watchers one writes, and all of them tell.
struct MasterSight {
    private var master: Address?
    private var hasLooked = false

    /// Our own record: whoever made it tells of it, with the cause.
    mutating func wrote(_ new: Address) {
        master = new
        hasLooked = true
    }

    /// What ZooKeeper names in a look; nil where that is nothing of use, which says nothing of the master. The first
    /// look has nothing to compare with.
    mutating func saw(_ new: Address?) -> Notice? {
        defer { hasLooked = true }
        guard let new, new != master else { return nil }
        defer { master = new }
        guard hasLooked else { return nil }
        let text = "\(new) is master\(master.map { ", after \($0)" } ?? "") (recorded by another)"
        return Notice("master-changed", old: master, new: new, text)
    }
}
