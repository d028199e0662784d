# make deps | build | man | pure | demo | test | faults | simulate | fuzz | sanitize | bench | lint | format | clean: each works on a clean clone with nothing done before it.

SHELL := /bin/sh
.DEFAULT_GOAL := build

PACKAGES := libzookeeper-mt-dev libhiredis-dev redis-server redis-sentinel redis-tools zookeeper default-jre-headless \
	haproxy curl python3-kazoo python3-redis shellcheck iproute2 nftables util-linux procps man-db zsh fish

# Static standard library, stripped, no position-independent executable: it starts faster and stays smaller.
RELEASE := -c release --static-swift-stdlib -Xlinker -s -Xswiftc -Xclang-linker -Xswiftc -no-pie
BINARIES := .build/release

.PHONY: deps build man pure demo test faults simulate fuzz sanitize bench lint format clean

deps:
	@scripts/install-packages $(PACKAGES)

# The watcher first: its libraries are compiled beside the modules that both have.
build: deps
	swift build $(RELEASE) --product interrex-watcher
	swift build $(RELEASE) --product interrex
	scripts/check-programs $(BINARIES)/interrex $(BINARIES)/interrex-watcher

# The manual pages, made of what the programs say of themselves.
man: build
	man/render $(BINARIES)/interrex .build/man

demo: build
	$(BINARIES)/interrex local

# The tests on real servers run the release program; those of the pure modules are built in release themselves (Pure).
test: build
	INTERREX_BIN="$(CURDIR)/$(BINARIES)/interrex" scripts/test

# Every fault that the design answers, as a table of results and recovery times; one of them: make faults CASE=f25, make faults CASE=churn
faults: build
	INTERREX_BIN="$(CURDIR)/$(BINARIES)/interrex" scripts/faults $(CASE)

# The tests of the pure modules; each target must declare what it imports.
PURE := --package-path Pure --scratch-path "$(CURDIR)/.build/pure" -c release
pure: deps
	swift build $(PURE) --build-tests --explicit-target-dependency-import-check error

# The simulated control plane, for as long as you like: make simulate MINUTES=60
MINUTES ?= 10
simulate: pure
	INTERREX_SIMULATION_MINUTES=$(MINUTES) swift test $(PURE) --skip-build --filter goesOn

# Everything that reads bytes from outside, with libFuzzer; one kind of input: make fuzz KIND=replies SECONDS=600
SECONDS = 60
fuzz: deps
	scripts/fuzz $(SECONDS) $(KIND)

# The tests on real servers, and the programs that they start, with the thread and the address sanitizer, for more than an
# hour on two cores; one of them: make sanitize KIND=thread
sanitize: deps
	scripts/sanitize $(KIND)

bench: build
	swift build $(RELEASE) --product launch-benchmark
	swift build $(RELEASE) --product failover-benchmark
	swift build $(RELEASE) --product idle-benchmark
	INTERREX_BIN="$(CURDIR)/$(BINARIES)/interrex" $(BINARIES)/launch-benchmark
	INTERREX_BIN="$(CURDIR)/$(BINARIES)/interrex" $(BINARIES)/failover-benchmark
	/usr/bin/python3 -B Benchmarks/clients/client_benchmark.py "$(CURDIR)/$(BINARIES)/interrex" $(ROUNDS)
	/usr/bin/python3 -B Benchmarks/status/status_benchmark.py "$(CURDIR)/$(BINARIES)/interrex"
	INTERREX_BIN="$(CURDIR)/$(BINARIES)/interrex" $(BINARIES)/idle-benchmark

lint: deps
	scripts/lint

format:
	swift format --in-place --recursive Package.swift Sources Tests Benchmarks Pure/Package.swift \
		Fuzz/Package.swift Fuzz/Fuzzing Fuzz/Fuzzers

clean:
	swift package clean
