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
let http: [Target.Dependency] = [
    .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
]

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

        .target(name: "ZooKeeper", dependencies: ["CZooKeeper", "CLinux"], swiftSettings: settings),
        .target(name: "Redis", dependencies: ["CHiredis", "CLinux"], swiftSettings: settings),
        .target(name: "Succession", swiftSettings: settings),
        .target(
            name: "Rendering",
            resources: [.embedInCode("Templates"), .embedInCode("conf")],
            swiftSettings: settings),
        .target(
            name: "Cluster",
            dependencies: ["ZooKeeper", "Redis", "Succession", "CLinux", logging],
            swiftSettings: settings),
        .executableTarget(
            name: "interrex",
            dependencies: ["Cluster", "Rendering", "CLinux", argumentParser, logging],
            swiftSettings: settings),
        .executableTarget(
            name: "interrex-watcher",
            dependencies: [
                "Cluster", "CLinux", logging, metrics, lifecycle, signals, hummingbird, subprocess, system,
            ] + http,
            swiftSettings: settings),

        .executableTarget(
            name: "launch-benchmark", dependencies: ["ZooKeeper", "Support"], path: "Benchmarks/launch",
            swiftSettings: settings),
        .executableTarget(
            name: "failover-benchmark", dependencies: ["ZooKeeper", "Redis", "Support"], path: "Benchmarks/failover",
            swiftSettings: settings),
        .executableTarget(
            name: "idle-benchmark", dependencies: ["ZooKeeper", "Support"], path: "Benchmarks/idle",
            swiftSettings: settings),

        .target(name: "Support", dependencies: ["CLinux"], path: "Tests/Support", swiftSettings: settings),
        .testTarget(name: "ZooKeeperTests", dependencies: ["ZooKeeper", "Support"], swiftSettings: settings),
        .testTarget(name: "RedisTests", dependencies: ["Redis", "Support"], swiftSettings: settings),
        .testTarget(name: "SuccessionTests", dependencies: ["Succession"], swiftSettings: settings),
        .testTarget(
            name: "SimulationTests", dependencies: ["Succession"], path: "Tests/Simulation", swiftSettings: settings),
        .testTarget(name: "RenderingTests", dependencies: ["Rendering"], swiftSettings: settings),
        .testTarget(name: "ClusterTests", dependencies: ["Cluster", "Support"], swiftSettings: settings),
        .testTarget(
            name: "WatcherTests",
            dependencies: ["interrex-watcher", "Cluster", "Succession", "Support", logging, metrics, lifecycle],
            swiftSettings: settings),
        .testTarget(name: "InterrexTests", dependencies: ["interrex", "Support"], swiftSettings: settings),
        .target(
            name: "Fixtures", dependencies: ["Cluster", "Redis", "Succession", "ZooKeeper", "Support"],
            path: "Tests/Fixtures", swiftSettings: settings),
        .testTarget(
            name: "Integration",
            dependencies: ["interrex", "interrex-watcher", "Cluster", "Redis", "ZooKeeper", "Support", "Fixtures"],
            swiftSettings: settings),
        .testTarget(
            name: "Faults",
            dependencies: ["interrex", "interrex-watcher", "Cluster", "Redis", "ZooKeeper", "Support", "Fixtures"],
            exclude: ["cases.txt", "Shims"],
            swiftSettings: settings),
    ]
)
