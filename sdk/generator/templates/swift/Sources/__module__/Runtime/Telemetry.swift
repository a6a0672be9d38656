import Foundation

/// Told what calls do. The functions run within the calls and must be quick.
public struct TelemetryHooks: Sendable {
  public var onCallStart: (@Sendable (RPCMethod) -> Void)?
  public var onAttempt: (@Sendable (AttemptEnd) -> Void)?
  public var onCallEnd: (@Sendable (CallEnd) -> Void)?

  public init(
    onCallStart: (@Sendable (RPCMethod) -> Void)? = nil,
    onAttempt: (@Sendable (AttemptEnd) -> Void)? = nil,
    onCallEnd: (@Sendable (CallEnd) -> Void)? = nil
  ) {
    self.onCallStart = onCallStart
    self.onAttempt = onAttempt
    self.onCallEnd = onCallEnd
  }
}

/// An attempt that ended.
public struct AttemptEnd: Sendable {
  public let method: RPCMethod
  /// From 1.
  public let attempt: Int
  public let code: StatusCode
  public let duration: TimeInterval
}

/// A call that ended.
public struct CallEnd: Sendable {
  public let method: RPCMethod
  public let code: StatusCode
  public let reason: FailureReason
  public let duration: TimeInterval
  public let info: CallInfo
}
