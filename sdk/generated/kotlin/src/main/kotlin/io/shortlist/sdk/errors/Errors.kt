package io.shortlist.sdk.errors

import io.shortlist.sdk.Failure
import io.shortlist.sdk.ShortlistException

/** INVALID_ARGUMENT: a field is out of range; BadRequest names it. */
public class InvalidRequestException(
    failure: Failure,
) : ShortlistException(failure)

/** INVALID_ARGUMENT: the filter has a syntax or type error; BadRequest names the place. */
public class InvalidFilterException(
    failure: Failure,
) : ShortlistException(failure)

/** INVALID_ARGUMENT: an attribute is not declared, or not filterable. */
public class UnknownAttributeException(
    failure: Failure,
) : ShortlistException(failure)

/** INVALID_ARGUMENT: the page token is malformed, foreign, or belongs to another request. */
public class InvalidPageTokenException(
    failure: Failure,
) : ShortlistException(failure)

/** INVALID_ARGUMENT: more entries than a batch may have. */
public class BatchTooLargeException(
    failure: Failure,
) : ShortlistException(failure)

/** INVALID_ARGUMENT: the event is more than 30 days old, or older than its subject's erasure. */
public class EventTooOldException(
    failure: Failure,
) : ShortlistException(failure)

/** INVALID_ARGUMENT: the event is more than 5 minutes ahead. */
public class EventFromFutureException(
    failure: Failure,
) : ShortlistException(failure)

/** FAILED_PRECONDITION: the feed has expired; start a new one. */
public class PageTokenExpiredException(
    failure: Failure,
) : ShortlistException(failure)

/** ALREADY_EXISTS: the event id was used with another payload. */
public class EventIdConflictException(
    failure: Failure,
) : ShortlistException(failure)

/** ALREADY_EXISTS: an item with this id exists. */
public class ItemAlreadyExistsException(
    failure: Failure,
) : ShortlistException(failure)

/** NOT_FOUND: no such surface. */
public class UnknownServingConfigException(
    failure: Failure,
) : ShortlistException(failure)

/** NOT_FOUND: no such item. */
public class ItemNotFoundException(
    failure: Failure,
) : ShortlistException(failure)

/** NOT_FOUND: no such user. */
public class UserNotFoundException(
    failure: Failure,
) : ShortlistException(failure)

/** NOT_FOUND: no such operation. */
public class OperationNotFoundException(
    failure: Failure,
) : ShortlistException(failure)

/** UNAUTHENTICATED: no credentials were sent. */
public class CredentialsMissingException(
    failure: Failure,
) : ShortlistException(failure)

/** UNAUTHENTICATED: the credentials are not valid here. */
public class CredentialsInvalidException(
    failure: Failure,
) : ShortlistException(failure)

/** UNAUTHENTICATED: the credentials have expired; refresh once and retry. */
public class CredentialsExpiredException(
    failure: Failure,
) : ShortlistException(failure)

/** PERMISSION_DENIED: the caller's scope does not allow the method. */
public class ScopeInsufficientException(
    failure: Failure,
) : ShortlistException(failure)

/** PERMISSION_DENIED: the caller may act for its own subject only. */
public class SubjectMismatchException(
    failure: Failure,
) : ShortlistException(failure)

/** RESOURCE_EXHAUSTED: the caller's quota is used up; RetryInfo says when to retry. */
public class QuotaExhaustedException(
    failure: Failure,
) : ShortlistException(failure)

/** RESOURCE_EXHAUSTED: the server sheds load; RetryInfo says when to retry. */
public class OverloadedException(
    failure: Failure,
) : ShortlistException(failure)

/** RESOURCE_EXHAUSTED: the server's disk is full. */
public class StorageFullException(
    failure: Failure,
) : ShortlistException(failure)

/** UNAVAILABLE: a dependency did not answer. */
public class DependencyUnavailableException(
    failure: Failure,
) : ShortlistException(failure)

/** DEADLINE_EXCEEDED: too little time was left to answer. */
public class DeadlineTooShortException(
    failure: Failure,
) : ShortlistException(failure)

/** INTERNAL: a fault of the server; quote the request id. */
public class InternalException(
    failure: Failure,
) : ShortlistException(failure)

/** ALREADY_EXISTS: a surface with this name exists. */
public class ServingConfigAlreadyExistsException(
    failure: Failure,
) : ShortlistException(failure)

/** NOT_FOUND: the surface has no such rule. */
public class RuleNotFoundException(
    failure: Failure,
) : ShortlistException(failure)

/** ALREADY_EXISTS: the surface has a rule with this name. */
public class RuleAlreadyExistsException(
    failure: Failure,
) : ShortlistException(failure)

/** ABORTED: it was changed since it was read; read it again. */
public class EtagMismatchException(
    failure: Failure,
) : ShortlistException(failure)
