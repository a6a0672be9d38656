// swift-tools-version: 6.0

import PackageDescription

let package = Package(
  name: "Shortlist",
  platforms: [.iOS(.v15), .tvOS(.v15), .macOS(.v12), .watchOS(.v8)],
  products: [
    .library(name: "Shortlist", targets: ["Shortlist"]),
    .library(name: "ShortlistTesting", targets: ["ShortlistTesting"]),
  ],
  targets: [
    .target(name: "Shortlist"),
    .target(name: "ShortlistTesting", dependencies: ["Shortlist"]),
    .executableTarget(name: "Quickstart", dependencies: ["Shortlist"]),
    .testTarget(
      name: "ShortlistTests", dependencies: ["Shortlist", "ShortlistTesting"]),
  ]
)
