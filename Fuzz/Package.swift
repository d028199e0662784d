// swift-tools-version: 6.2
import PackageDescription

/// The fuzzers: a package of their own, because libFuzzer brings `main` with it, and no plain build of them links.
///
/// `make fuzz` builds and runs them (scripts/fuzz). `Sources` is a link to the folder of the main package.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// One kind of input each. Internal parts are reached by `@testable`.
func fuzzer(_ name: String, _ parts: String...) -> Target {
    .executableTarget(
        name: "fuzz-\(name)", dependencies: ["Fuzzing"] + parts.map { .target(name: $0) }, path: "Fuzzers/\(name)",
        swiftSettings: settings)
}

let package = Package(
    name: "interrex-fuzz",
    dependencies: [.package(url: "https://github.com/apple/swift-log", from: "1.16.0")],
    targets: [
        .systemLibrary(name: "CZooKeeper", path: "Sources/CZooKeeper"),
        .systemLibrary(name: "CHiredis", path: "Sources/CHiredis"),
        .systemLibrary(name: "CLinux", path: "Sources/CLinux"),
        .systemLibrary(name: "CSDS", path: "CSDS"),

        .target(name: "Vocabulary", swiftSettings: settings),
        .target(name: "Runtime", dependencies: ["CLinux"], swiftSettings: settings),
        .target(name: "ZooKeeper", dependencies: ["Runtime", "CZooKeeper"], swiftSettings: settings),
        .target(name: "Redis", dependencies: ["Vocabulary", "Runtime", "CHiredis"], swiftSettings: settings),
        .target(name: "Succession", dependencies: ["Vocabulary"], swiftSettings: settings),
        .target(
            name: "Rendering", dependencies: ["Vocabulary"],
            resources: [.embedInCode("Templates"), .embedInCode("conf")],
            swiftSettings: settings),
        .target(
            name: "Cluster",
            dependencies: [
                "Vocabulary", "Runtime", "ZooKeeper", "Redis", "Succession", "CLinux",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        // What of the watcher reads or writes text, and needs no HTTP server: links to its files.
        .target(
            name: "WatcherText", dependencies: ["Vocabulary", "Cluster", "Succession"], path: "WatcherText",
            swiftSettings: settings),

        .target(name: "Fuzzing", path: "Fuzzing", swiftSettings: settings),
        fuzzer("znodes", "Vocabulary", "Cluster", "Succession"),
        fuzzer("replies", "Vocabulary", "Cluster", "Redis", "Succession"),
        fuzzer("events", "Vocabulary", "Cluster", "Redis", "Succession", "WatcherText"),
        fuzzer("files", "Rendering", "Succession"),
        fuzzer("rendering", "Vocabulary", "Rendering", "CSDS"),
        fuzzer("environment", "Vocabulary", "Runtime", "Cluster", "WatcherText", "ZooKeeper"),
    ]
)
