import Glibc
import Succession
import Support
import Testing

@testable import interrex_watcher

@Suite("Hooks") struct HookTests {
    @Test func environmentAndInput() async throws {
        let hooks = try HookFolder()
        for name in Hook.secrets + ["INTERREX_HOOK_TEST"] { setenv(name, "kept-\(name)", 1) }
        defer { for name in Hook.secrets + ["INTERREX_HOOK_TEST"] { unsetenv(name) } }
        try hooks.add(
            "all",
            """
            env > $OUT/env
            cat > $OUT/in
            ls -l /proc/$$/fd > $OUT/fd
            grep Sig /proc/self/status > $OUT/signals
            mv $OUT/in $OUT/done
            """)
        try await hooks.run {
            hooks.send("master-changed", old: 1, new: 2)
            try await eventually("the hook ran") { !hooks.text("done").isEmpty }
        }
        let lines = hooks.text("env").split(separator: "\n")
        for line in [
            "INTERREX_EVENT=master-changed", "INTERREX_CLUSTER=/redis", "INTERREX_OLD=10.0.0.1:1",
            "INTERREX_NEW=10.0.0.1:2", "INTERREX_HOOK_TEST=kept-INTERREX_HOOK_TEST",
        ] {
            #expect(lines.contains { $0 == line }, "\(line)")
        }
        for secret in Hook.secrets { #expect(!lines.contains { $0.hasPrefix("\(secret)=") }, "\(secret)") }
        #expect(
            hooks.text("done")
                == #"{"cluster":"/redis","event":"master-changed","new":"10.0.0.1:2","old":"10.0.0.1:1","#
                + #""text":"a \"text\"","time":"2026-01-02T03:04:05.678Z"}"# + "\n")
        #expect(!hooks.text("fd").contains("socket:"))
        // What we ignore is ours: a hook's own pipelines need SIGPIPE.
        for field in ["SigBlk", "SigIgn"] {
            let line = try #require(hooks.text("signals").split(separator: "\n").first { $0.hasPrefix(field) })
            let mask = try #require(UInt64(line.dropFirst(field.count + 2), radix: 16))
            #expect(mask & 0x7fff_ffff == 0, "\(line)")
        }
        #expect(hooks.warnings.value.isEmpty)
    }

    @Test func absentAddressesAreEmpty() async throws {
        let hooks = try HookFolder()
        try hooks.add("all", #"env | grep INTERREX > $OUT/env; cat > $OUT/in; mv $OUT/in $OUT/done"#)
        try await hooks.run {
            hooks.send("paused")
            try await eventually("the hook ran") { !hooks.text("done").isEmpty }
        }
        let lines = hooks.text("env").split(separator: "\n")
        #expect(lines.contains("INTERREX_OLD=") && lines.contains("INTERREX_NEW="))
        #expect(!hooks.text("done").contains(#""old""#) && !hooks.text("done").contains(#""new""#))
    }

    /// Executables in the order of their names; nothing else.
    @Test func whichFilesRun() async throws {
        let hooks = try HookFolder()
        let line = #"echo "$(basename $0) $INTERREX_EVENT" >> $OUT/log"#
        for name in ["20-b", "10-a", "10-a~", "zz", ".hidden", "Upper"] { try hooks.add(name, line) }
        try hooks.add("30-not-executable", mode: 0o644, line)
        try makeFolder("\(hooks.folder.path)/hooks/40-folder")
        symlink("10-a", "\(hooks.folder.path)/hooks/50-link")
        symlink("nowhere", "\(hooks.folder.path)/hooks/60-broken")
        try await hooks.run {
            hooks.send("one")
            hooks.send("two")
            try await eventually("all ran") { hooks.text("log").contains("zz two\n") }
        }
        let names = ["10-a", "20-b", "50-link", "Upper", "zz"]
        #expect(
            hooks.text("log")
                == ["one", "two"].flatMap { event in names.map { "\($0) \(event)\n" } }.joined())
        #expect(hooks.warnings.value.isEmpty)
    }

    @Test func hookThatNeverReads() async throws {
        let hooks = try HookFolder()
        try hooks.add("closes", "exec 0<&-; echo x >> $OUT/log")
        symlink("/bin/true", "\(hooks.folder.path)/hooks/true")
        try await hooks.run {
            for _ in 0..<50 { hooks.send("one") }
            try await eventually("all ran", within: .seconds(30)) { hooks.text("log").utf8.count == 100 }
        }
        #expect(hooks.warnings.value.isEmpty)
    }

    @Test func failures() async throws {
        let hooks = try HookFolder()
        try hooks.add("1-fails", "exit 7")
        try hooks.add("2-killed", "kill -ABRT $$")
        let path = "\(hooks.folder.path)/hooks/3-no-program"
        try Support.write("#!/nowhere\n", to: path)
        chmod(path, 0o755)
        try hooks.add("4-runs", "echo x >> $OUT/log")
        try await hooks.run {
            hooks.send("one")
            try await eventually("the last ran") { hooks.text("log") == "x\n" }
        }
        let warnings = hooks.warnings.value
        try #require(warnings.count == 3, "\(warnings)")
        #expect(warnings[0] == "hook 1-fails on one ended with exit code 7")
        #expect(warnings[1] == "hook 2-killed on one was ended by signal 6")
        #expect(warnings[2].hasPrefix("hook 3-no-program on one can't be run (") && !warnings[2].contains("\n"))
    }

    /// TERM is ignored by the hook and by what it started: after 200 ms more there is nobody left.
    @Test func hookThatIgnoresTerm() async throws {
        let hooks = try HookFolder(limit: .milliseconds(300))
        try hooks.add(
            "1-proof", "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > '$OUT'/child; sleep 60; :' & sleep 60; :")
        try hooks.add("2-runs", "echo x >> $OUT/log")
        let start = ContinuousClock.now
        try await hooks.run {
            hooks.send("one")
            try await eventually("the next ran") { hooks.text("log") == "x\n" }
        }
        #expect(ContinuousClock.now - start > .milliseconds(450))
        #expect(hooks.warnings.value == ["hook 1-proof on one was ended because it ran longer than 0.3 seconds"])
        try await expectGone(hooks)
    }

    /// The hook goes with TERM, what it started does not.
    @Test func childThatIgnoresTerm() async throws {
        let hooks = try HookFolder(limit: .milliseconds(300))
        try hooks.add("1-parent", "sh -c 'trap \"\" TERM; echo $$ > '$OUT'/child; sleep 60; :' & wait")
        try await hooks.run {
            hooks.send("one")
            try await eventually("it was ended") { hooks.warnings.value.count == 1 }
        }
        try await expectGone(hooks)
    }

    private func expectGone(_ hooks: HookFolder) async throws {
        let child = try #require(Int32(hooks.text("child").dropLast()))
        try await eventually("\(child) is gone") { !ProcessFiles(child).isRunning }
    }

    /// A slow hook is in nobody's way: sending costs nothing, and beyond 256 the oldest events are dropped, with one
    /// warning.
    @Test func slowHookDelaysNobody() async throws {
        let hooks = try HookFolder(limit: .seconds(60))
        try hooks.add(
            "slow",
            """
            if test $INTERREX_EVENT = first; then touch $OUT/began; while ! test -e $OUT/go; do sleep 0.02; done; fi
            echo $INTERREX_EVENT >> $OUT/log
            """)
        try await hooks.run {
            hooks.send("first")
            try await eventually("the first one runs") { access(hooks.output("began"), F_OK) == 0 }
            let listener = hooks.feed.stream()
            let start = ContinuousClock.now
            for number in 0..<300 { hooks.send("e\(number)") }
            #expect(ContinuousClock.now - start < .seconds(1))
            var iterator = listener.makeAsyncIterator()
            // Another listener isn't held up: the newest 256 are there at once.
            #expect(await iterator.next()?.event == "e44")
            try Support.write("", to: hooks.output("go"))
            try await eventually("the newest ran", within: .seconds(30)) { hooks.text("log").hasSuffix("\ne299\n") }
        }
        #expect(hooks.warnings.value.count == 1 && hooks.warnings.value.first?.contains("can't keep up") == true)
        let events = hooks.text("log").split(separator: "\n")
        #expect(events.first == "first" && (257...260).contains(events.count))
    }

    @Test func eventsBeforeTheRunAreNotLost() async throws {
        let hooks = try HookFolder()
        try hooks.add("all", "echo $INTERREX_EVENT >> $OUT/log")
        let runner = HookRunner(folder: "\(hooks.folder.path)/hooks", feed: hooks.feed)
        hooks.send("early")
        _ = try await hooks.run(runner) {
            try await eventually("it ran") { hooks.text("log") == "early\n" }
        }
    }

    @Test func folderThatIsNotThere() async throws {
        let hooks = try HookFolder()
        rmdir("\(hooks.folder.path)/hooks")
        try await hooks.run {
            hooks.send("one")
            try await eventually("it is said") { !hooks.warnings.value.isEmpty }
        }
        #expect(hooks.warnings.value[0].contains("can't be read (No such file or directory)"))
    }

    @Test(arguments: ["", "trap '' TERM; "])
    func shutdownEndsARunningHook(_ trap: String) async throws {
        let hooks = try HookFolder()
        try hooks.add("1-long", "\(trap)echo $$ > $OUT/child; sleep 60; :")
        try hooks.add("2-never", "touch $OUT/never")
        let time = try await hooks.run {
            hooks.send("one")
            hooks.send("two")
            try await eventually("it runs") { !hooks.text("child").isEmpty }
        }
        // It takes 0.2 s at most on an idle machine; without an end of ours it would be the hook's own 60 s.
        #expect(time < .seconds(3))
        try await expectGone(hooks)
        #expect(access(hooks.output("never"), F_OK) != 0)
        #expect(hooks.warnings.value.isEmpty)
    }
}
