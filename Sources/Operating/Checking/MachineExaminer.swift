import Cluster
import Glibc
import Inspection
import Rendering
import Runtime
import Succession
import Vocabulary

/// What this machine tells of the servers of a cluster that run on it.
struct MachineExaminer: Sendable {
    /// What stands before `/proc` and `/sys`.
    let root: String

    init(root: String = "") { self.root = root }

    func machine(_ evidence: Evidence) -> Machine {
        var machine = Machine()
        guard let sight = evidence.sight else { return machine }
        let own = Interface.addresses
        func isHere(_ address: Address) -> Bool { address.host.isLoopback || own.contains(address.host) }
        machine.servers = Set((Array(sight.servers.keys) + Array(sight.sentinels.keys)).filter(isHere))
        guard !machine.servers.isEmpty else { return machine }
        machine.hugePages = text("/sys/kernel/mm/transparent_hugepage/enabled").flatMap(Self.chosen)
        machine.overcommit = text("/proc/sys/vm/overcommit_memory").flatMap { Int($0) }
        machine.somaxconn = text("/proc/sys/net/core/somaxconn").flatMap { Int($0) }
        for (address, facts) in sight.servers where machine.servers.contains(address) {
            guard let process = process(of: address, facts) else { continue }
            machine.openFiles[address] = text("\(process)/limits").flatMap(Self.openFiles)
            guard let settings = evidence.answers[address]?.settings else { continue }
            machine.disks[address] = settings["dir"].flatMap { disk($0, seenBy: process) }
            machine.changed[address] = facts.info["config_file"].flatMap { changed(settings, $0, seenBy: process) }
        }
        for report in sight.snapshot.sentinels where machine.servers.contains(report.address) {
            guard let details = report.opinion?.details, let facts = sight.sentinels[report.address],
                let process = process(of: report.address, facts)
            else { continue }
            let scripts = [details.notificationScript, details.reconfigScript].compactMap(\.self)
            let broken = scripts.filter { isBroken("\(process)/\(Self.place($0))") }
            if !broken.isEmpty { machine.brokenScripts[report.address] = broken }
        }
        return machine
    }

    /// Where we may not look, nothing is known.
    private func isBroken(_ path: String) -> Bool {
        guard access(root + path, F_OK) == 0 else { return errno == ENOENT }
        return access(root + path, X_OK) != 0
    }

    /// `/proc/<pid>` of a server, where the number that it gives is that process's here too, and not only in a
    /// container of its own: its title has the port.
    private func process(of address: Address, _ facts: ServerFacts) -> String? {
        guard let pid = facts.number("process_id"), pid > 0, let title = text("/proc/\(pid)/cmdline"),
            title.contains(":\(address.port)")
        else { return nil }
        return "/proc/\(pid)"
    }

    /// In a server's own view of the file system, from its folder in `/proc` on.
    private static func place(_ path: String) -> String { path.hasPrefix("/") ? "root\(path)" : "cwd/\(path)" }

    private func disk(_ folder: String, seenBy process: String) -> Machine.Disk? {
        var info = statvfs()
        guard statvfs("\(root)\(process)/\(Self.place(folder))", &info) == 0, info.f_blocks > 0 else { return nil }
        let block = Int(info.f_frsize)
        return Machine.Disk(folder, size: Int(info.f_blocks) * block, free: Int(info.f_bavail) * block)
    }

    /// How a server's settings differ from its rendered file; nil where that can't be read. Passwords are left out, and
    /// the folder, of which a server tells another name than the file.
    private func changed(
        _ settings: ServerFacts.Settings, _ file: String, seenBy process: String
    ) -> [SettingsDifference]? {
        guard !file.isEmpty, let text = text("\(process)/\(Self.place(file))") else { return nil }
        func isCompared(_ name: String) -> Bool { !Setting.isSecret(name) && name != "dir" }
        return SettingsComparison.differences(
            running: settings.filter { isCompared($0.key) },
            lines: settingsLines(in: text).filter { isCompared($0.first ?? "") })
    }

    private func text(_ path: String) -> String? {
        readFile(root + path).map { bytes in
            String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: "\n")
        }
    }

    /// The word in brackets: `always [madvise] never`.
    private static func chosen(_ text: String) -> String? {
        guard let start = text.firstIndex(of: "["), let end = text.firstIndex(of: "]"), start < end else { return nil }
        return String(text[text.index(after: start)..<end])
    }

    /// `Max open files            1024                 4096                 files`
    private static func openFiles(_ text: String) -> Int? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Max open files") }) else {
            return nil
        }
        return line.split(separator: " ").dropFirst(3).first.flatMap { Int($0) }
    }
}
