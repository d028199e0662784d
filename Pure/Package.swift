// swift-tools-version: 6.2
import PackageDescription

/// What imports no package and no C, with its tests: a package of its own, so that these alone are built in release.
/// The simulation runs ten times as fast then, and nobody waits for an HTTP server to be compiled.
///
/// `scripts/test` and `make simulate` build and run it; by hand: `swift test --package-path Pure -c release`.
/// `Sources`, `Tests`, `README.md` and `docs` are links to those of the main package.
let common: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// `@testable` in a release build.
let tested: [SwiftSetting] = common + [.unsafeFlags(["-enable-testing"])]
/// Expectations take the optimizer longer than the tests run.
let expectations: [SwiftSetting] = common + [.unsafeFlags(["-Onone"])]

let package = Package(
    name: "interrex-pure",
    targets: [
        .target(name: "Vocabulary", swiftSettings: tested),
        .target(name: "Succession", dependencies: ["Vocabulary"], swiftSettings: tested),
        .target(name: "Inspection", dependencies: ["Vocabulary", "Succession"], swiftSettings: tested),
        .target(
            name: "Rendering", dependencies: ["Vocabulary"],
            resources: [.embedInCode("Templates"), .embedInCode("conf")], swiftSettings: tested),

        .target(name: "Documents", path: "Tests/Documents", swiftSettings: common),
        .testTarget(
            name: "SuccessionTests", dependencies: ["Vocabulary", "Succession", "Documents"],
            swiftSettings: expectations),
        .testTarget(
            name: "InspectionTests", dependencies: ["Vocabulary", "Succession", "Inspection", "Documents"],
            swiftSettings: expectations),
        .testTarget(name: "RenderingTests", dependencies: ["Vocabulary", "Rendering"], swiftSettings: expectations),
        .testTarget(
            name: "SimulationTests", dependencies: ["Vocabulary", "Succession"], path: "Tests/Simulation",
            swiftSettings: common),
    ]
)
