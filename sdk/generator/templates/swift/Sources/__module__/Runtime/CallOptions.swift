import Foundation

/// What differs for one call.
public struct CallOptions: Sendable {
  /// Seconds for the call, all attempts and waits included; nil: the method's default. Where pages are
  /// iterated, it is for each page.
  public var timeout: TimeInterval?
  /// By it the server knows repetitions of this call; nil: chosen at random. Set it to repeat a call after
  /// a restart.
  public var idempotencyKey: String?
  /// More headers.
  public var headers: [String: String]
  /// False: a single attempt.
  public var retries: Bool
  /// Where items of pages are iterated: the most of them; nil: all.
  public var maxItems: Int?
  /// Told how the call was answered, also when it failed.
  public var onInfo: (@Sendable (CallInfo) -> Void)?

  public init(
    timeout: TimeInterval? = nil,
    idempotencyKey: String? = nil,
    headers: [String: String] = [:],
    retries: Bool = true,
    maxItems: Int? = nil,
    onInfo: (@Sendable (CallInfo) -> Void)? = nil
  ) {
    self.timeout = timeout
    self.idempotencyKey = idempotencyKey
    self.headers = headers
    self.retries = retries
    self.maxItems = maxItems
    self.onInfo = onInfo
  }
}

/// How a call was answered.
public struct CallInfo: Hashable, Sendable {
  /// How often the request was sent; 0: the reply is a kept one.
  public var attempts = 0
  /// The id by which the server knows the call.
  public var requestID = ""
  /// The reply is a kept one.
  public var isFromCache = false
  /// It is past its time; the server could not be reached.
  public var isStale = false

  public init() {}
}

/// A call's information while it is under way.
final class CallRecord: @unchecked Sendable {
  private let lock = NSLock()
  private var stored = CallInfo()

  var info: CallInfo {
    lock.lock()
    defer { lock.unlock() }
    return stored
  }

  func update(_ change: (inout CallInfo) -> Void) {
    lock.lock()
    defer { lock.unlock() }
    change(&stored)
  }
}
