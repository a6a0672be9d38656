/// How a call ended, in the canonical codes of gRPC.
public enum StatusCode: String, Hashable, Sendable {
  case ok = "OK"
  case cancelled = "CANCELLED"
  case unknown = "UNKNOWN"
  case invalidArgument = "INVALID_ARGUMENT"
  case deadlineExceeded = "DEADLINE_EXCEEDED"
  case notFound = "NOT_FOUND"
  case alreadyExists = "ALREADY_EXISTS"
  case permissionDenied = "PERMISSION_DENIED"
  case resourceExhausted = "RESOURCE_EXHAUSTED"
  case failedPrecondition = "FAILED_PRECONDITION"
  case aborted = "ABORTED"
  case outOfRange = "OUT_OF_RANGE"
  case unimplemented = "UNIMPLEMENTED"
  case `internal` = "INTERNAL"
  case unavailable = "UNAVAILABLE"
  case dataLoss = "DATA_LOSS"
  case unauthenticated = "UNAUTHENTICATED"

  /// In the order of their numbers.
  private static let all: [StatusCode] = [
    .ok, .cancelled, .unknown, .invalidArgument, .deadlineExceeded, .notFound, .alreadyExists,
    .permissionDenied, .resourceExhausted, .failedPrecondition, .aborted, .outOfRange,
    .unimplemented, .internal, .unavailable, .dataLoss, .unauthenticated,
  ]

  init(number: Int64) {
    self = (0..<Int64(Self.all.count)).contains(number) ? Self.all[Int(number)] : .unknown
  }

  /// The code that a status of HTTP stands for, where nothing better is told.
  init(httpStatus: Int) {
    switch httpStatus {
    case 200..<300: self = .ok
    case 401: self = .unauthenticated
    case 403: self = .permissionDenied
    case 404: self = .notFound
    case 408, 504: self = .deadlineExceeded
    case 409: self = .alreadyExists
    case 412: self = .failedPrecondition
    case 429: self = .resourceExhausted
    case 499: self = .cancelled
    case 501: self = .unimplemented
    case 502, 503: self = .unavailable
    case 400..<500: self = .invalidArgument
    case 500..<600: self = .internal
    default: self = .unknown
    }
  }
}
