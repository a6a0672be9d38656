import Foundation

/// Bounds a client's retries, so that they don't multiply the load of a server in trouble: each takes a
/// token, each success gives a tenth of one back.
actor RetryBudget {
  private static let most = 10.0
  private static let perSuccess = 0.1

  private var tokens = RetryBudget.most

  /// Whether there was a token for a retry.
  func take() -> Bool {
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }

  func succeeded() {
    tokens = min(Self.most, tokens + Self.perSuccess)
  }
}

enum Backoff {
  static let maxAttempts = 4
  static let base: TimeInterval = 0.1
  static let limit: TimeInterval = 5

  /// A random wait below `min(base * 2^n, limit)`, for the n-th repetition from 0.
  static func fullJitter(
    _ repetition: Int, base: TimeInterval, limit: TimeInterval, random: () -> Double
  ) -> TimeInterval {
    random() * min(limit, base * pow(2, Double(min(repetition, 30))))
  }

  /// The wait before the next attempt: at least what the server asked for.
  static func wait(
    after failure: CallFailure, attempt: Int, random: () -> Double
  ) -> TimeInterval {
    if let delay = failure.retryDelay, delay > 0 {
      return delay + random() * base
    }
    return fullJitter(attempt - 1, base: base, limit: limit, random: random)
  }

  /// Whether a failed attempt may be repeated as it was, without new credentials.
  static func isRepeatable(_ failure: CallFailure, of method: RPCMethod) -> Bool {
    if failure.retryDelay != nil, failure.reason.retryPolicy == .afterDelay {
      return true
    }
    return method.isRetryable(failure.code)
  }
}
