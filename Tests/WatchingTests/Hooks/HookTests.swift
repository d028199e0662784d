import Glibc
import Succession
import Support
import Testing
import Throttle

@testable import Watching

@Suite("Hooks", .inTurn) struct HookTests {
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

    /// A file that is named as a folder would be is a hook as any other.
    @Test func aFileNamedAfterAnEvent() async throws {
        let hooks = try HookFolder()
        try hooks.add("one.d", #"echo "$INTERREX_EVENT" >> $OUT/log"#)
        try await hooks.run {
            for event in ["one", "two", "one"] { hooks.send(event) }
            try await eventually("it ran on each") { hooks.text("log") == "one\ntwo\none\n" }
        }
        #expect(hooks.warnings.value.isEmpty)
    }

    /// Until it changes, and once more when it comes back.
    @Test func aFolderThatCanNotBeReadIsSaidOnce() async throws {
        let hooks = try HookFolder()
        let own = "\(hooks.folder.path)/hooks/one.d"
        try hooks.add("all", #"echo "$INTERREX_EVENT" >> $OUT/log"#)
        try await hooks.run {
            for count in 1...5 {
                // A link to itself is read by nobody, root included.
                if count == 4 { unlink(own) } else { symlink("one.d", own) }
                hooks.send("one")
                try await eventually("run \(count)") { hooks.text("log").split(separator: "\n").count == count }
            }
        }
        let line = "the folder of hooks \(own) can't be read (Too many levels of symbolic links); check its mode"
        #expect(hooks.warnings.value == [line, line])
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
        let metrics = hooks.metrics.text()
        for (hook, outcome) in [("1-fails", "exit"), ("2-killed", "signal"), ("3-no-program", "unstartable")] {
            #expect(
                metrics.contains(#"interrex_hook_failures_total{hook="\#(hook)",outcome="\#(outcome)"} 1"#),
                "\(metrics)")
        }
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
        #expect(hooks.metrics.text().contains(#"hook="1-proof",outcome="timeout"} 1"#))
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

    /// A slow hook is in nobody's way: sending costs nothing, and beyond 64 of a kind the oldest events are dropped,
    /// with one warning.
    @Test func slowHookDelaysNobody() async throws {
        let hooks = try HookFolder(limit: .seconds(60))
        try hooks.add(
            "slow",
            """
            cat > $OUT/in
            if ! test -e $OUT/began; then touch $OUT/began; while ! test -e $OUT/go; do sleep 0.02; done; fi
            grep -o 'new":"[^"]*' $OUT/in >> $OUT/log
            """)
        try await hooks.run {
            hooks.send("one", new: 999)
            try await eventually("the first one runs") { access(hooks.output("began"), F_OK) == 0 }
            let start = ContinuousClock.now
            for number in 1...100 { hooks.send("one", new: number) }
            #expect(ContinuousClock.now - start < .seconds(1))
            try await eventually("it is said") { !hooks.warnings.value.isEmpty }
            try Support.write("", to: hooks.output("go"))
            try await eventually("the newest ran", within: .seconds(30)) { hooks.text("log").hasSuffix(":100\n") }
        }
        #expect(
            hooks.warnings.value == [
                "hook slow can't keep up: of the events one that wait for it, only the newest 64 are kept"
            ])
        let numbers = hooks.text("log").split(separator: "\n").map { Int($0.split(separator: ":").last!) }
        #expect(numbers == [999] + Array(37...100))
        #expect(hooks.metrics.text().contains("interrex_hook_events_dropped_total 36\n"))
    }

    /// One that hangs holds up no other hook, and itself on no other event, for longer than a second.
    @Test(arguments: [true, false]) func hookThatHangs(isTheSame: Bool) async throws {
        let hooks = try HookFolder(limit: .seconds(60))
        try hooks.add("1-hangs", "if test $INTERREX_EVENT != master-changed; then touch $OUT/began; sleep 60; fi; :")
        try hooks.add(isTheSame ? "1-hangs" : "2-moves", isTheSame ? hang : #"echo "$INTERREX_EVENT" >> $OUT/log"#)
        try await hooks.run {
            hooks.send("alert")
            try await eventually("it hangs") { access(hooks.output("began"), F_OK) == 0 }
            let start = ContinuousClock.now
            hooks.send("alert")
            hooks.send("master-changed")
            try await eventually("it ran", within: .seconds(10)) { hooks.text("log").contains("master-changed\n") }
            // A second, and the time that processes take on a busy machine.
            #expect(ContinuousClock.now - start < .seconds(4))
        }
        #expect(hooks.warnings.value.isEmpty, "\(hooks.warnings.value)")
    }

    private let hang = """
        if test $INTERREX_EVENT = master-changed; then echo $INTERREX_EVENT >> $OUT/log; exit; fi
        touch $OUT/began; sleep 60; :
        """

    /// `HOOKS_DIR/<event>.d/` holds those for one event, in one order with those for all.
    @Test func hooksForOneEvent() async throws {
        let hooks = try HookFolder()
        let line = #"echo "$(basename $0) $INTERREX_EVENT" >> $OUT/log"#
        for name in ["one.d/10-a", "20-b", "one.d/30-c", "two.d/15-d", "three.d/x", "one.d/.hidden", "one.d/40-e~"] {
            try hooks.add(name, line)
        }
        try hooks.add("one.d/50-plain", mode: 0o644, line)
        try await hooks.run {
            for event in ["one", "two", "four"] { hooks.send(event) }
            try await eventually("all ran") { hooks.text("log").contains(" four\n") }
        }
        #expect(hooks.text("log") == "10-a one\n20-b one\n30-c one\n15-d two\n20-b two\n20-b four\n")
        #expect(hooks.warnings.value.isEmpty)
    }

    @Test func outputIsSaid() async throws {
        let hooks = try HookFolder()
        try hooks.add("1-says", #"echo out; echo; echo "error \033[31m" >&2; printf 'no end'"#)
        try hooks.add("one.d/2-fails", "echo why >&2; exit 3")
        // What it leaves running keeps the pipe open, and is not waited for.
        try hooks.add("3-leaves", "sleep 5 & echo $! > $OUT/child; echo done")
        let start = ContinuousClock.now
        try await hooks.run {
            hooks.send("one")
            try await eventually("all ran") { hooks.said.value.contains { $0.contains("3-leaves") } }
        }
        #expect(ContinuousClock.now - start < .seconds(4))
        #expect(
            hooks.said.value == [
                "hook 1-says on one: out", "hook 1-says on one: error \\u{1b}[31m", "hook 1-says on one: no end",
                "hook one.d/2-fails on one: why", "hook 3-leaves on one: done",
            ])
        #expect(hooks.warnings.value == ["hook one.d/2-fails on one ended with exit code 3"])
        if let child = Int32(hooks.text("child").dropLast()) { kill(child, SIGKILL) }
    }

    /// What it writes is bounded, and never stops it.
    @Test func outputWithoutEnd() async throws {
        let hooks = try HookFolder()
        try hooks.add("1-writes", "seq 1 200000; seq 1 200000 >&2; echo x >> $OUT/log")
        try await hooks.run {
            hooks.send("one")
            try await eventually("it ran") { hooks.text("log") == "x\n" }
            try await eventually("it is said") { !hooks.said.value.isEmpty }
        }
        let said = hooks.said.value
        #expect(said.prefix(20) == (1...20).map { "hook 1-writes on one: \($0)" }[...])
        #expect(said.count == 21 && said[20].contains("more was written"))
        #expect(hooks.warnings.value.isEmpty)
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
