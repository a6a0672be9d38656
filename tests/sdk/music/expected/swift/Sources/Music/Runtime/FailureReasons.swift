extension FailureReason {
  /// NOT_FOUND: no such album.
  public static let albumNotFound = FailureReason("ALBUM_NOT_FOUND")
  /// UNAVAILABLE: between two stations.
  public static let outOfTune = FailureReason("OUT_OF_TUNE")
  /// RESOURCE_EXHAUSTED: too many listeners; RetryInfo says when to come back.
  public static let soldOut = FailureReason("SOLD_OUT")
  /// UNAUTHENTICATED: the ticket is from yesterday.
  public static let ticketExpired = FailureReason("TICKET_EXPIRED")

  var retryPolicy: RetryPolicy {
    switch self {
    case .outOfTune: return .ifIdempotent
    case .soldOut: return .afterDelay
    case .ticketExpired: return .afterRefresh
    default: return .never
    }
  }
}

/// The error with the reason `ALBUM_NOT_FOUND`.
public final class AlbumNotFoundError: MusicError, @unchecked Sendable {}

/// The error with the reason `OUT_OF_TUNE`.
public final class OutOfTuneError: MusicError, @unchecked Sendable {}

/// The error with the reason `SOLD_OUT`.
public final class SoldOutError: MusicError, @unchecked Sendable {}

/// The error with the reason `TICKET_EXPIRED`.
public final class TicketExpiredError: MusicError, @unchecked Sendable {}

extension CallFailure {
  /// The error of this failure's reason.
  public var error: MusicError {
    switch reason {
    case .albumNotFound: return AlbumNotFoundError(self)
    case .outOfTune: return OutOfTuneError(self)
    case .soldOut: return SoldOutError(self)
    case .ticketExpired: return TicketExpiredError(self)
    default: return MusicError(self)
    }
  }
}
