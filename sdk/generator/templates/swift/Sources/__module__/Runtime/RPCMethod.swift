import Foundation

/// A method of the API with its call policy, as the contract states it.
public struct RPCMethod: Hashable, Sendable {
  /// The gRPC path, `/package.Service/Method`.
  public let path: String
  /// Whether a call may be repeated when its outcome is unknown.
  public let isIdempotent: Bool
  /// The codes after which an idempotent call is repeated.
  public let retryableCodes: Set<StatusCode>
  /// The seconds that a call has, all its attempts included, if its caller says nothing; 0: no limit.
  public let defaultTimeout: TimeInterval
  /// How replies are kept; nil: not at all.
  public let cache: CachePolicy?
  let http: HTTPBinding
  /// The JSON name of the request's own id; empty: it has none.
  let requestIDField: String

  func isRetryable(_ code: StatusCode) -> Bool {
    isIdempotent && retryableCodes.contains(code)
  }
}

/// For how long a kept reply serves, in seconds.
public struct CachePolicy: Hashable, Sendable {
  /// It is fresh for so long.
  public let maxAge: TimeInterval
  /// It stands in for so long after that, while the server can't be reached.
  public let staleIfError: TimeInterval
}

/// How a request goes over HTTP.
struct HTTPBinding: Hashable, Sendable {
  enum PathPart: Hashable, Sendable {
    case literal(String)
    /// The JSON names that lead to a field of the request, and whether slashes in it are kept.
    case field([String], keepsSlashes: Bool)
  }

  let verb: String
  let path: [PathPart]
  let body: Body

  enum Body: Hashable, Sendable {
    /// All that is not in the path goes into the query.
    case none
    /// All that is not in the path.
    case all
    /// One field, by its JSON name; the others go into the query.
    case field(String)
  }
}
