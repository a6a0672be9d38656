package io.shortlist.sdk.errors

import io.shortlist.sdk.Failure
import io.shortlist.sdk.ShortlistException

/** When an error is worth another attempt. */
internal enum class Retry {
    /** It would fail again. */
    NEVER,

    /** If repeating the call has no further effect. */
    IF_IDEMPOTENT,

    /** After the server's delay: nothing was done. */
    AFTER_DELAY,

    /** Once, with fresh credentials. */
    AFTER_REFRESH,
}

/** The exception of a failure; a reason that this package does not know has the common type. */
internal fun typedError(failure: Failure): ShortlistException =
    when (failure.reason) {
        "INVALID_REQUEST" -> InvalidRequestException(failure)
        "INVALID_FILTER" -> InvalidFilterException(failure)
        "UNKNOWN_ATTRIBUTE" -> UnknownAttributeException(failure)
        "INVALID_PAGE_TOKEN" -> InvalidPageTokenException(failure)
        "BATCH_TOO_LARGE" -> BatchTooLargeException(failure)
        "EVENT_TOO_OLD" -> EventTooOldException(failure)
        "EVENT_FROM_FUTURE" -> EventFromFutureException(failure)
        "PAGE_TOKEN_EXPIRED" -> PageTokenExpiredException(failure)
        "EVENT_ID_CONFLICT" -> EventIdConflictException(failure)
        "ITEM_ALREADY_EXISTS" -> ItemAlreadyExistsException(failure)
        "UNKNOWN_SERVING_CONFIG" -> UnknownServingConfigException(failure)
        "ITEM_NOT_FOUND" -> ItemNotFoundException(failure)
        "USER_NOT_FOUND" -> UserNotFoundException(failure)
        "OPERATION_NOT_FOUND" -> OperationNotFoundException(failure)
        "CREDENTIALS_MISSING" -> CredentialsMissingException(failure)
        "CREDENTIALS_INVALID" -> CredentialsInvalidException(failure)
        "CREDENTIALS_EXPIRED" -> CredentialsExpiredException(failure)
        "SCOPE_INSUFFICIENT" -> ScopeInsufficientException(failure)
        "SUBJECT_MISMATCH" -> SubjectMismatchException(failure)
        "QUOTA_EXHAUSTED" -> QuotaExhaustedException(failure)
        "OVERLOADED" -> OverloadedException(failure)
        "STORAGE_FULL" -> StorageFullException(failure)
        "DEPENDENCY_UNAVAILABLE" -> DependencyUnavailableException(failure)
        "DEADLINE_TOO_SHORT" -> DeadlineTooShortException(failure)
        "INTERNAL" -> InternalException(failure)
        "SERVING_CONFIG_ALREADY_EXISTS" -> ServingConfigAlreadyExistsException(failure)
        "RULE_NOT_FOUND" -> RuleNotFoundException(failure)
        "RULE_ALREADY_EXISTS" -> RuleAlreadyExistsException(failure)
        "ETAG_MISMATCH" -> EtagMismatchException(failure)
        else -> ShortlistException(failure)
    }

/** When a call that failed for a reason is repeated. */
internal fun retryOf(reason: String): Retry =
    when (reason) {
        "CREDENTIALS_EXPIRED" -> Retry.AFTER_REFRESH
        "QUOTA_EXHAUSTED" -> Retry.AFTER_DELAY
        "OVERLOADED" -> Retry.AFTER_DELAY
        "DEPENDENCY_UNAVAILABLE" -> Retry.IF_IDEMPOTENT
        else -> Retry.NEVER
    }
