import Foundation

/// Time, chance and waiting, for tests to replace.
public struct RuntimeHooks: Sendable {
  public var now: @Sendable () -> Date
  /// From 0 up to, but not including, 1.
  public var random: @Sendable () -> Double
  /// Waits for a number of seconds; throws when the task is cancelled.
  public var sleep: @Sendable (TimeInterval) async throws -> Void
  /// A random (version 4) UUID.
  public var uuid: @Sendable () -> String

  public init(
    now: @escaping @Sendable () -> Date = { Date() },
    random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
    sleep: @escaping @Sendable (TimeInterval) async throws -> Void = { try await RuntimeHooks.wait($0) },
    uuid: @escaping @Sendable () -> String = { UUID().uuidString.lowercased() }
  ) {
    self.now = now
    self.random = random
    self.sleep = sleep
    self.uuid = uuid
  }

  /// Waits for a number of seconds, a day at most; throws when the task is cancelled.
  public static func wait(_ seconds: TimeInterval) async throws {
    let bounded = min(max(seconds, 0), longestWait)
    try await Task.sleep(nanoseconds: UInt64(bounded * 1_000_000_000))
  }

  static let longestWait: TimeInterval = 86_400
}
