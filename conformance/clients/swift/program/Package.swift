// swift-tools-version: 6.0

// SwiftPM tells packages apart by the names of their folders, so this one must not be `swift`, as the SDK's.
import PackageDescription

let package = Package(
  name: "Program",
  platforms: [.macOS(.v12)],
  dependencies: [.package(name: "Shortlist", path: "../../../../sdk/generated/swift")],
  targets: [
    .executableTarget(
      name: "Program", dependencies: [.product(name: "Shortlist", package: "Shortlist")])
  ]
)
