import Foundation

/// A length of time, to the nanosecond (`google.protobuf.Duration`).
public struct TimeSpan: Hashable, Sendable {
  /// Whole seconds.
  public var seconds: Int64
  /// Nanoseconds beside them, with the same sign.
  public var nanoseconds: Int32

  public init(seconds: Int64 = 0, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Of a number of seconds, to the microsecond.
  public init(_ interval: TimeInterval) {
    let microseconds = (interval * 1_000_000).rounded()
    let whole = (microseconds / 1_000_000).rounded(.towardZero)
    self.init(
      seconds: Int64(whole), nanoseconds: Int32((microseconds - whole * 1_000_000) * 1_000))
  }

  /// The number of seconds.
  public var timeInterval: TimeInterval {
    Double(seconds) + Double(nanoseconds) / 1_000_000_000
  }
}

extension TimeSpan: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let parsed = TimeSpan(text: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(text) is not a duration")
    }
    self = parsed
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension TimeSpan {
  /// As in JSON: `1.5s`.
  var text: String {
    let sign = seconds < 0 || nanoseconds < 0 ? "-" : ""
    return "\(sign)\(seconds.magnitude)\(fraction(Int32(nanoseconds.magnitude)))s"
  }

  init?(text: String) {
    guard text.hasSuffix("s") else { return nil }
    let isNegative = text.hasPrefix("-")
    let number = text.dropLast().dropFirst(isNegative ? 1 : 0)
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = digits(Array(parts[0].utf8)[...]) else { return nil }
    var nanoseconds = 0
    if parts.count == 2 {
      guard parts[1].utf8.count <= 9, let value = digits(Array(parts[1].utf8)[...]) else {
        return nil
      }
      nanoseconds = value
      for _ in parts[1].utf8.count..<9 { nanoseconds *= 10 }
    }
    let sign = isNegative ? -1 : 1
    self.init(seconds: Int64(sign * whole), nanoseconds: Int32(sign * nanoseconds))
  }
}
