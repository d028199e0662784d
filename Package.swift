// swift-tools-version: 6.2
import PackageDescription

/// `CI=true` turns every warning of this package into an error; a user with a newer compiler is not stopped by one.
let strict: [SwiftSetting] = Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + strict

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
/// The paths that swift-subprocess takes.
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
/// The signals that the lifecycle takes.
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
/// What Hummingbird's API is made of.
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")

let package = Package(
    name: "interrex",
    products: [
        .executable(name: "interrex", targets: ["interrex"]),
        .executable(name: "interrex-watcher", targets: ["interrex-watcher"]),
        .executable(name: "launch-benchmark", targets: ["launch-benchmark"]),
        .executable(name: "failover-benchmark", targets: ["failover-benchmark"]),
        .executable(name: "idle-benchmark", targets: ["idle-benchmark"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.7.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.15.0", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    ],
    targets: [
        .systemLibrary(name: "CZooKeeper", providers: [.apt(["libzookeeper-mt-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CLinux"),

        .target(name: "Vocabulary", swiftSettings: settings),
        .target(name: "Runtime", dependencies: ["CLinux"], swiftSettings: settings),
        .target(name: "ZooKeeper", dependencies: ["CZooKeeper", "Runtime"], swiftSettings: settings),
        .target(name: "Redis", dependencies: ["CHiredis", "Vocabulary", "Runtime"], swiftSettings: settings),
        .target(name: "Succession", dependencies: ["Vocabulary"], swiftSettings: settings),
        .target(
            name: "Rendering", dependencies: ["Vocabulary"],
            resources: [.embedInCode("Templates"), .embedInCode("conf")], swiftSettings: settings),
        .target(name: "Inspection", dependencies: ["Vocabulary", "Succession"], swiftSettings: settings),
        .target(
            name: "Cluster",
            dependencies: ["CLinux", "Vocabulary", "Runtime", "ZooKeeper", "Redis", "Succession", logging],
            swiftSettings: settings),
        .target(
            name: "Processes", dependencies: ["CLinux", "Vocabulary", "Runtime", "Succession", "Cluster"],
            swiftSettings: settings),
        .target(
            name: "Launching",
            dependencies: [
                "CLinux", "Vocabulary", "Runtime", "ZooKeeper", "Redis", "Succession", "Rendering", "Cluster",
                "Processes",
            ], swiftSettings: settings),
        .target(
            name: "Local",
            dependencies: ["CLinux", "Vocabulary", "Runtime", "ZooKeeper", "Succession", "Cluster", "Processes"],
            swiftSettings: settings),
        .target(
            name: "Operating",
            dependencies: [
                "Vocabulary", "Runtime", "ZooKeeper", "Redis", "Succession", "Rendering", "Inspection",
                "Cluster", "Processes",
            ], swiftSettings: settings),
        .target(
            name: "Watching",
            dependencies: [
                "CLinux", "Vocabulary", "Runtime", "ZooKeeper", "Redis", "Succession", "Cluster", httpTypes,
                hummingbird, hummingbirdCore, lifecycle, logging, metrics, nioCore, nioHTTP1, signals, subprocess,
                system,
            ], swiftSettings: settings),
        .executableTarget(
            name: "interrex",
            dependencies: [
                "Vocabulary", "Inspection", "Rendering", "Cluster", "Processes", "Launching", "Local", "Operating",
                argumentParser,
            ],
            swiftSettings: settings),
        .executableTarget(name: "interrex-watcher", dependencies: ["Watching"], swiftSettings: settings),

        .executableTarget(
            name: "launch-benchmark", dependencies: ["ZooKeeper", "Support"], path: "Benchmarks/launch",
            swiftSettings: settings),
        .executableTarget(
            name: "failover-benchmark", dependencies: ["Vocabulary", "Runtime", "ZooKeeper", "Redis", "Support"],
            path: "Benchmarks/failover", swiftSettings: settings),
        .executableTarget(
            name: "idle-benchmark", dependencies: ["ZooKeeper", "Support"], path: "Benchmarks/idle",
            swiftSettings: settings),

        .target(name: "Support", dependencies: ["CLinux", "Runtime"], path: "Tests/Support", swiftSettings: settings),
        .target(name: "Throttle", path: "Tests/Throttle", swiftSettings: settings),
        .target(name: "Documents", path: "Tests/Documents", swiftSettings: settings),
        .target(
            name: "Fixtures",
            dependencies: ["Vocabulary", "Runtime", "ZooKeeper", "Redis", "Succession", "Cluster", "Support"],
            path: "Tests/Fixtures", swiftSettings: settings),

        // The tests of the pure modules are in Pure/Package.swift.
        .testTarget(
            name: "RuntimeTests", dependencies: ["CLinux", "Runtime", "Support", "Throttle"], swiftSettings: settings),
        .testTarget(
            name: "ZooKeeperTests", dependencies: ["CZooKeeper", "Runtime", "ZooKeeper", "Support", "Throttle"],
            swiftSettings: settings),
        .testTarget(
            name: "RedisTests", dependencies: ["CLinux", "Vocabulary", "Runtime", "Redis", "Support", "Throttle"],
            swiftSettings: settings),
        .testTarget(
            name: "ClusterTests",
            dependencies: [
                "Vocabulary", "Runtime", "ZooKeeper", "Redis", "Succession", "Cluster", "Support", "Throttle",
            ], swiftSettings: settings),
        .testTarget(
            name: "LaunchingTests",
            dependencies: [
                "CZooKeeper", "Vocabulary", "Runtime", "ZooKeeper", "Redis", "Succession", "Rendering", "Cluster",
                "Processes", "Launching", "Local", "interrex", "Support", "Throttle",
            ], swiftSettings: settings),
        .testTarget(
            name: "OperatingTests",
            dependencies: [
                "Vocabulary", "Runtime", "ZooKeeper", "Redis", "Succession", "Inspection", "Cluster", "Operating",
                "interrex", "interrex-watcher", "Support", "Throttle", "Documents", "Fixtures",
            ], swiftSettings: settings),
        .testTarget(
            name: "WatchingTests",
            dependencies: [
                "Vocabulary", "Runtime", "Succession", "Cluster", "Watching", "Support", "Throttle", "Documents",
                hummingbirdCore, lifecycle, logging, metrics, nioCore, nioEmbedded,
            ], swiftSettings: settings),
        .testTarget(
            name: "Integration",
            dependencies: [
                "Vocabulary", "Runtime", "ZooKeeper", "Succession", "Cluster", "interrex", "interrex-watcher",
                "Support", "Throttle", "Documents", "Fixtures",
            ], swiftSettings: settings),
        .testTarget(
            name: "Faults",
            dependencies: [
                "Vocabulary", "Runtime", "ZooKeeper", "Succession", "Cluster", "interrex", "interrex-watcher",
                "Support", "Throttle", "Fixtures",
            ], exclude: ["cases.txt", "Shims"], swiftSettings: settings),
    ]
)
