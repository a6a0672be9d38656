extension FailureReason {
  /// INVALID_ARGUMENT: a field is out of range; BadRequest names it.
  public static let invalidRequest = FailureReason("INVALID_REQUEST")
  /// INVALID_ARGUMENT: the filter has a syntax or type error; BadRequest names the place.
  public static let invalidFilter = FailureReason("INVALID_FILTER")
  /// INVALID_ARGUMENT: an attribute is not declared, or not filterable.
  public static let unknownAttribute = FailureReason("UNKNOWN_ATTRIBUTE")
  /// INVALID_ARGUMENT: the page token is malformed, foreign, or belongs to another request.
  public static let invalidPageToken = FailureReason("INVALID_PAGE_TOKEN")
  /// INVALID_ARGUMENT: more entries than a batch may have.
  public static let batchTooLarge = FailureReason("BATCH_TOO_LARGE")
  /// INVALID_ARGUMENT: the event is more than 30 days old, or older than its subject's erasure.
  public static let eventTooOld = FailureReason("EVENT_TOO_OLD")
  /// INVALID_ARGUMENT: the event is more than 5 minutes ahead.
  public static let eventFromFuture = FailureReason("EVENT_FROM_FUTURE")
  /// FAILED_PRECONDITION: the feed has expired; start a new one.
  public static let pageTokenExpired = FailureReason("PAGE_TOKEN_EXPIRED")
  /// ALREADY_EXISTS: the event id was used with another payload.
  public static let eventIDConflict = FailureReason("EVENT_ID_CONFLICT")
  /// ALREADY_EXISTS: an item with this id exists.
  public static let itemAlreadyExists = FailureReason("ITEM_ALREADY_EXISTS")
  /// NOT_FOUND: no such surface.
  public static let unknownServingConfig = FailureReason("UNKNOWN_SERVING_CONFIG")
  /// NOT_FOUND: no such item.
  public static let itemNotFound = FailureReason("ITEM_NOT_FOUND")
  /// NOT_FOUND: no such user.
  public static let userNotFound = FailureReason("USER_NOT_FOUND")
  /// NOT_FOUND: no such operation.
  public static let operationNotFound = FailureReason("OPERATION_NOT_FOUND")
  /// UNAUTHENTICATED: no credentials were sent.
  public static let credentialsMissing = FailureReason("CREDENTIALS_MISSING")
  /// UNAUTHENTICATED: the credentials are not valid here.
  public static let credentialsInvalid = FailureReason("CREDENTIALS_INVALID")
  /// UNAUTHENTICATED: the credentials have expired; refresh once and retry.
  public static let credentialsExpired = FailureReason("CREDENTIALS_EXPIRED")
  /// PERMISSION_DENIED: the caller's scope does not allow the method.
  public static let scopeInsufficient = FailureReason("SCOPE_INSUFFICIENT")
  /// PERMISSION_DENIED: the caller may act for its own subject only.
  public static let subjectMismatch = FailureReason("SUBJECT_MISMATCH")
  /// RESOURCE_EXHAUSTED: the caller's quota is used up; RetryInfo says when to retry.
  public static let quotaExhausted = FailureReason("QUOTA_EXHAUSTED")
  /// RESOURCE_EXHAUSTED: the server sheds load; RetryInfo says when to retry.
  public static let overloaded = FailureReason("OVERLOADED")
  /// RESOURCE_EXHAUSTED: the server's disk is full.
  public static let storageFull = FailureReason("STORAGE_FULL")
  /// UNAVAILABLE: a dependency did not answer.
  public static let dependencyUnavailable = FailureReason("DEPENDENCY_UNAVAILABLE")
  /// DEADLINE_EXCEEDED: too little time was left to answer.
  public static let deadlineTooShort = FailureReason("DEADLINE_TOO_SHORT")
  /// INTERNAL: a fault of the server; quote the request id.
  public static let `internal` = FailureReason("INTERNAL")
  /// ALREADY_EXISTS: a surface with this name exists.
  public static let servingConfigAlreadyExists = FailureReason("SERVING_CONFIG_ALREADY_EXISTS")
  /// NOT_FOUND: the surface has no such rule.
  public static let ruleNotFound = FailureReason("RULE_NOT_FOUND")
  /// ALREADY_EXISTS: the surface has a rule with this name.
  public static let ruleAlreadyExists = FailureReason("RULE_ALREADY_EXISTS")
  /// ABORTED: it was changed since it was read; read it again.
  public static let etagMismatch = FailureReason("ETAG_MISMATCH")

  var retryPolicy: RetryPolicy {
    switch self {
    case .dependencyUnavailable: return .ifIdempotent
    case .quotaExhausted, .overloaded: return .afterDelay
    case .credentialsExpired: return .afterRefresh
    default: return .never
    }
  }
}

/// The error with the reason `INVALID_REQUEST`.
public final class InvalidRequestError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `INVALID_FILTER`.
public final class InvalidFilterError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `UNKNOWN_ATTRIBUTE`.
public final class UnknownAttributeError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `INVALID_PAGE_TOKEN`.
public final class InvalidPageTokenError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `BATCH_TOO_LARGE`.
public final class BatchTooLargeError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `EVENT_TOO_OLD`.
public final class EventTooOldError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `EVENT_FROM_FUTURE`.
public final class EventFromFutureError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `PAGE_TOKEN_EXPIRED`.
public final class PageTokenExpiredError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `EVENT_ID_CONFLICT`.
public final class EventIdConflictError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `ITEM_ALREADY_EXISTS`.
public final class ItemAlreadyExistsError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `UNKNOWN_SERVING_CONFIG`.
public final class UnknownServingConfigError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `ITEM_NOT_FOUND`.
public final class ItemNotFoundError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `USER_NOT_FOUND`.
public final class UserNotFoundError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `OPERATION_NOT_FOUND`.
public final class OperationNotFoundError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `CREDENTIALS_MISSING`.
public final class CredentialsMissingError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `CREDENTIALS_INVALID`.
public final class CredentialsInvalidError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `CREDENTIALS_EXPIRED`.
public final class CredentialsExpiredError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `SCOPE_INSUFFICIENT`.
public final class ScopeInsufficientError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `SUBJECT_MISMATCH`.
public final class SubjectMismatchError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `QUOTA_EXHAUSTED`.
public final class QuotaExhaustedError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `OVERLOADED`.
public final class OverloadedError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `STORAGE_FULL`.
public final class StorageFullError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `DEPENDENCY_UNAVAILABLE`.
public final class DependencyUnavailableError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `DEADLINE_TOO_SHORT`.
public final class DeadlineTooShortError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `INTERNAL`.
public final class InternalError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `SERVING_CONFIG_ALREADY_EXISTS`.
public final class ServingConfigAlreadyExistsError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `RULE_NOT_FOUND`.
public final class RuleNotFoundError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `RULE_ALREADY_EXISTS`.
public final class RuleAlreadyExistsError: ShortlistError, @unchecked Sendable {}

/// The error with the reason `ETAG_MISMATCH`.
public final class EtagMismatchError: ShortlistError, @unchecked Sendable {}

extension CallFailure {
  /// The error of this failure's reason.
  public var error: ShortlistError {
    switch reason {
    case .invalidRequest: return InvalidRequestError(self)
    case .invalidFilter: return InvalidFilterError(self)
    case .unknownAttribute: return UnknownAttributeError(self)
    case .invalidPageToken: return InvalidPageTokenError(self)
    case .batchTooLarge: return BatchTooLargeError(self)
    case .eventTooOld: return EventTooOldError(self)
    case .eventFromFuture: return EventFromFutureError(self)
    case .pageTokenExpired: return PageTokenExpiredError(self)
    case .eventIDConflict: return EventIdConflictError(self)
    case .itemAlreadyExists: return ItemAlreadyExistsError(self)
    case .unknownServingConfig: return UnknownServingConfigError(self)
    case .itemNotFound: return ItemNotFoundError(self)
    case .userNotFound: return UserNotFoundError(self)
    case .operationNotFound: return OperationNotFoundError(self)
    case .credentialsMissing: return CredentialsMissingError(self)
    case .credentialsInvalid: return CredentialsInvalidError(self)
    case .credentialsExpired: return CredentialsExpiredError(self)
    case .scopeInsufficient: return ScopeInsufficientError(self)
    case .subjectMismatch: return SubjectMismatchError(self)
    case .quotaExhausted: return QuotaExhaustedError(self)
    case .overloaded: return OverloadedError(self)
    case .storageFull: return StorageFullError(self)
    case .dependencyUnavailable: return DependencyUnavailableError(self)
    case .deadlineTooShort: return DeadlineTooShortError(self)
    case .`internal`: return InternalError(self)
    case .servingConfigAlreadyExists: return ServingConfigAlreadyExistsError(self)
    case .ruleNotFound: return RuleNotFoundError(self)
    case .ruleAlreadyExists: return RuleAlreadyExistsError(self)
    case .etagMismatch: return EtagMismatchError(self)
    default: return ShortlistError(self)
    }
  }
}
