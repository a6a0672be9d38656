// swift-tools-version: 6.0

// Tests of the Swift package against the contract: golden JSON, impressions, and a live server.
// SwiftPM tells packages apart by the names of their folders, so this one must not be `swift`, too.
import PackageDescription

let package = Package(
  name: "ContractTests",
  platforms: [.macOS(.v12)],
  dependencies: [.package(name: "Shortlist", path: "../../../../sdk/generated/swift")],
  targets: [
    .testTarget(
      name: "ContractTests",
      dependencies: [
        .product(name: "Shortlist", package: "Shortlist"),
        .product(name: "ShortlistTesting", package: "Shortlist"),
      ])
  ]
)
