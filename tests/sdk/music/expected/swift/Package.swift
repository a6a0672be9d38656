// swift-tools-version: 6.0

import PackageDescription

let package = Package(
  name: "Music",
  platforms: [.iOS(.v15), .tvOS(.v15), .macOS(.v12), .watchOS(.v8)],
  products: [
    .library(name: "Music", targets: ["Music"]),
    .library(name: "MusicTesting", targets: ["MusicTesting"]),
  ],
  targets: [
    .target(name: "Music"),
    .target(name: "MusicTesting", dependencies: ["Music"]),
    .executableTarget(name: "Quickstart", dependencies: ["Music"]),
    .testTarget(
      name: "MusicTests", dependencies: ["Music", "MusicTesting"]),
  ]
)
