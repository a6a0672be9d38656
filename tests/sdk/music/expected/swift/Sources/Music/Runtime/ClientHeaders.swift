import Foundation

/// What the client tells of itself.
enum ClientHeaders {
  static let client = "x-music-client"
  static let attempt = "x-music-attempt"
  static let idempotencyKey = "idempotency-key"
  static let requestID = "x-request-id"
  static let timeout = "grpc-timeout"

  /// Package, language and platform.
  static let identity = "sdk/swift/\(version); lang/\(language); platform/\(platform)"

  /// The version of this package.
  static let version = "2.1.0"

  private static var language: String {
    #if swift(>=6.2)
      return "swift6.2"
    #elseif swift(>=6.1)
      return "swift6.1"
    #elseif swift(>=6.0)
      return "swift6.0"
    #else
      return "swift5"
    #endif
  }

  private static var platform: String {
    #if os(iOS)
      return "ios"
    #elseif os(tvOS)
      return "tvos"
    #elseif os(watchOS)
      return "watchos"
    #elseif os(visionOS)
      return "visionos"
    #elseif os(macOS)
      return "macos"
    #elseif os(Linux)
      return "linux"
    #elseif os(Windows)
      return "windows"
    #else
      return "other"
    #endif
  }

  /// As gRPC writes it, in milliseconds and at most eight digits.
  static func timeoutValue(_ seconds: TimeInterval) -> String {
    "\(Int(min(max(seconds * 1000, 1), 99_999_999)))m"
  }
}
