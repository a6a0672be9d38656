package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** The reasons of the contract, each with its type and with when to repeat the call. */
public final class ErrorReasons {
  private ErrorReasons() {}

  /** When an error is worth another attempt. */
  public enum Retry {
    /** It would fail again. */
    NEVER,
    /** If repeating the call has no further effect. */
    IF_IDEMPOTENT,
    /** After the server's delay: nothing was done. */
    AFTER_DELAY,
    /** Once, with fresh credentials. */
    AFTER_REFRESH
  }

  /** The exception of a failure; a reason that this package does not know has the common type. */
  public static ShortlistException create(Failure failure) {
    switch (failure.reason) {
      case "INVALID_REQUEST":
        return new InvalidRequestException(failure);
      case "INVALID_FILTER":
        return new InvalidFilterException(failure);
      case "UNKNOWN_ATTRIBUTE":
        return new UnknownAttributeException(failure);
      case "INVALID_PAGE_TOKEN":
        return new InvalidPageTokenException(failure);
      case "BATCH_TOO_LARGE":
        return new BatchTooLargeException(failure);
      case "EVENT_TOO_OLD":
        return new EventTooOldException(failure);
      case "EVENT_FROM_FUTURE":
        return new EventFromFutureException(failure);
      case "PAGE_TOKEN_EXPIRED":
        return new PageTokenExpiredException(failure);
      case "EVENT_ID_CONFLICT":
        return new EventIdConflictException(failure);
      case "ITEM_ALREADY_EXISTS":
        return new ItemAlreadyExistsException(failure);
      case "UNKNOWN_SERVING_CONFIG":
        return new UnknownServingConfigException(failure);
      case "ITEM_NOT_FOUND":
        return new ItemNotFoundException(failure);
      case "USER_NOT_FOUND":
        return new UserNotFoundException(failure);
      case "OPERATION_NOT_FOUND":
        return new OperationNotFoundException(failure);
      case "CREDENTIALS_MISSING":
        return new CredentialsMissingException(failure);
      case "CREDENTIALS_INVALID":
        return new CredentialsInvalidException(failure);
      case "CREDENTIALS_EXPIRED":
        return new CredentialsExpiredException(failure);
      case "SCOPE_INSUFFICIENT":
        return new ScopeInsufficientException(failure);
      case "SUBJECT_MISMATCH":
        return new SubjectMismatchException(failure);
      case "QUOTA_EXHAUSTED":
        return new QuotaExhaustedException(failure);
      case "OVERLOADED":
        return new OverloadedException(failure);
      case "STORAGE_FULL":
        return new StorageFullException(failure);
      case "DEPENDENCY_UNAVAILABLE":
        return new DependencyUnavailableException(failure);
      case "DEADLINE_TOO_SHORT":
        return new DeadlineTooShortException(failure);
      case "INTERNAL":
        return new InternalException(failure);
      case "SERVING_CONFIG_ALREADY_EXISTS":
        return new ServingConfigAlreadyExistsException(failure);
      case "RULE_NOT_FOUND":
        return new RuleNotFoundException(failure);
      case "RULE_ALREADY_EXISTS":
        return new RuleAlreadyExistsException(failure);
      case "ETAG_MISMATCH":
        return new EtagMismatchException(failure);
      default:
        return new ShortlistException(failure);
    }
  }

  /** When a call that failed for a reason is repeated. */
  public static Retry retry(String reason) {
    switch (reason) {
      case "CREDENTIALS_EXPIRED":
        return Retry.AFTER_REFRESH;
      case "QUOTA_EXHAUSTED":
        return Retry.AFTER_DELAY;
      case "OVERLOADED":
        return Retry.AFTER_DELAY;
      case "DEPENDENCY_UNAVAILABLE":
        return Retry.IF_IDEMPOTENT;
      default:
        return Retry.NEVER;
    }
  }
}
