import type { Message } from "@bufbuild/protobuf";
import { fromBinary } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import type { RetryRule } from "./core/policy.js";
import type { Code, ErrorDetail } from "./core/status.js";

/** A field of the request that was refused. */
export interface FieldViolation {
  /** Path of the field, such as `items[0].title`. */
  readonly field: string;
  readonly description: string;
}

/** More about an error. */
export interface ErrorMore {
  readonly reason?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly details?: readonly ErrorDetail[];
  readonly fieldViolations?: readonly FieldViolation[];
  readonly requestId?: string;
  readonly retryDelayMs?: number | undefined;
  readonly cause?: unknown;
}

/** A call failed. Each reason of the contract has a class of its own below this one. */
export class ShortlistError extends Error {
  /** Canonical code, such as `NOT_FOUND`. */
  readonly code: Code;
  /** Reason of the contract, such as `INVALID_REQUEST`; empty: the server gave none. */
  readonly reason: string;
  /** What the server says beside the reason. */
  readonly metadata: Readonly<Record<string, string>>;
  /** All details, in binary; see {@link detail}. */
  readonly details: readonly ErrorDetail[];
  readonly fieldViolations: readonly FieldViolation[];
  /** Quote it when you ask for help. */
  readonly requestId: string;
  /** How long the server asks to wait; absent: it does not say. */
  readonly retryDelayMs: number | undefined;

  constructor(code: Code, message: string, more: ErrorMore = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.reason = more.reason ?? "";
    this.metadata = more.metadata ?? {};
    this.details = more.details ?? [];
    this.fieldViolations = more.fieldViolations ?? [];
    this.requestId = more.requestId ?? "";
    this.retryDelayMs = more.retryDelayMs;
    // Minifiers rename classes; logs should not show that.
    this.name = this.reason in REASONS ? nameOf(this.reason) : "ShortlistError";
  }

  /** Return the first detail of a type, such as `QuotaFailureSchema`; undefined: there is none. */
  detail<T extends Message>(schema: GenMessage<T>): T | undefined {
    const found = this.details.find((each) => each.type === schema.typeName);
    return found && fromBinary(schema, found.value);
  }
}

/** The deadline passed, here or on the server. */
export class DeadlineExceededError extends ShortlistError {
  constructor(message: string, more: ErrorMore = {}) {
    super("DEADLINE_EXCEEDED", message, more);
    this.name = "DeadlineExceededError";
  }
}

/** The caller cancelled; `cause` is the reason that was given to `AbortController.abort`. */
export class CancelledError extends ShortlistError {
  constructor(message: string, cause?: unknown, more: ErrorMore = {}) {
    super("CANCELLED", message, { ...more, cause });
    this.name = "CancelledError";
  }
}

/** INVALID_ARGUMENT: a field is out of range; BadRequest names it. */
export class InvalidRequestError extends ShortlistError {}

/** INVALID_ARGUMENT: the filter has a syntax or type error; BadRequest names the place. */
export class InvalidFilterError extends ShortlistError {}

/** INVALID_ARGUMENT: an attribute is not declared, or not filterable. */
export class UnknownAttributeError extends ShortlistError {}

/** INVALID_ARGUMENT: the page token is malformed, foreign, or belongs to another request. */
export class InvalidPageTokenError extends ShortlistError {}

/** INVALID_ARGUMENT: more entries than a batch may have. */
export class BatchTooLargeError extends ShortlistError {}

/** INVALID_ARGUMENT: the event is more than 30 days old, or older than its subject's erasure. */
export class EventTooOldError extends ShortlistError {}

/** INVALID_ARGUMENT: the event is more than 5 minutes ahead. */
export class EventFromFutureError extends ShortlistError {}

/** FAILED_PRECONDITION: the feed has expired; start a new one. */
export class PageTokenExpiredError extends ShortlistError {}

/** ALREADY_EXISTS: the event id was used with another payload. */
export class EventIdConflictError extends ShortlistError {}

/** ALREADY_EXISTS: an item with this id exists. */
export class ItemAlreadyExistsError extends ShortlistError {}

/** NOT_FOUND: no such surface. */
export class UnknownServingConfigError extends ShortlistError {}

/** NOT_FOUND: no such item. */
export class ItemNotFoundError extends ShortlistError {}

/** NOT_FOUND: no such user. */
export class UserNotFoundError extends ShortlistError {}

/** NOT_FOUND: no such operation. */
export class OperationNotFoundError extends ShortlistError {}

/** UNAUTHENTICATED: no credentials were sent. */
export class CredentialsMissingError extends ShortlistError {}

/** UNAUTHENTICATED: the credentials are not valid here. */
export class CredentialsInvalidError extends ShortlistError {}

/** UNAUTHENTICATED: the credentials have expired; refresh once and retry. */
export class CredentialsExpiredError extends ShortlistError {}

/** PERMISSION_DENIED: the caller's scope does not allow the method. */
export class ScopeInsufficientError extends ShortlistError {}

/** PERMISSION_DENIED: the caller may act for its own subject only. */
export class SubjectMismatchError extends ShortlistError {}

/** RESOURCE_EXHAUSTED: the caller's quota is used up; RetryInfo says when to retry. */
export class QuotaExhaustedError extends ShortlistError {}

/** RESOURCE_EXHAUSTED: the server sheds load; RetryInfo says when to retry. */
export class OverloadedError extends ShortlistError {}

/** RESOURCE_EXHAUSTED: the server's disk is full. */
export class StorageFullError extends ShortlistError {}

/** UNAVAILABLE: a dependency did not answer. */
export class DependencyUnavailableError extends ShortlistError {}

/** DEADLINE_EXCEEDED: too little time was left to answer. */
export class DeadlineTooShortError extends ShortlistError {}

/** INTERNAL: a fault of the server; quote the request id. */
export class InternalError extends ShortlistError {}

/** ALREADY_EXISTS: a surface with this name exists. */
export class ServingConfigAlreadyExistsError extends ShortlistError {}

/** NOT_FOUND: the surface has no such rule. */
export class RuleNotFoundError extends ShortlistError {}

/** ALREADY_EXISTS: the surface has a rule with this name. */
export class RuleAlreadyExistsError extends ShortlistError {}

/** ABORTED: it was changed since it was read; read it again. */
export class EtagMismatchError extends ShortlistError {}

type Constructor = new (code: Code, message: string, more?: ErrorMore) => ShortlistError;

const REASONS: Readonly<Record<string, readonly [Constructor, RetryRule]>> = {
  INVALID_REQUEST: [InvalidRequestError, "never"],
  INVALID_FILTER: [InvalidFilterError, "never"],
  UNKNOWN_ATTRIBUTE: [UnknownAttributeError, "never"],
  INVALID_PAGE_TOKEN: [InvalidPageTokenError, "never"],
  BATCH_TOO_LARGE: [BatchTooLargeError, "never"],
  EVENT_TOO_OLD: [EventTooOldError, "never"],
  EVENT_FROM_FUTURE: [EventFromFutureError, "never"],
  PAGE_TOKEN_EXPIRED: [PageTokenExpiredError, "never"],
  EVENT_ID_CONFLICT: [EventIdConflictError, "never"],
  ITEM_ALREADY_EXISTS: [ItemAlreadyExistsError, "never"],
  UNKNOWN_SERVING_CONFIG: [UnknownServingConfigError, "never"],
  ITEM_NOT_FOUND: [ItemNotFoundError, "never"],
  USER_NOT_FOUND: [UserNotFoundError, "never"],
  OPERATION_NOT_FOUND: [OperationNotFoundError, "never"],
  CREDENTIALS_MISSING: [CredentialsMissingError, "never"],
  CREDENTIALS_INVALID: [CredentialsInvalidError, "never"],
  CREDENTIALS_EXPIRED: [CredentialsExpiredError, "after_refresh"],
  SCOPE_INSUFFICIENT: [ScopeInsufficientError, "never"],
  SUBJECT_MISMATCH: [SubjectMismatchError, "never"],
  QUOTA_EXHAUSTED: [QuotaExhaustedError, "after_delay"],
  OVERLOADED: [OverloadedError, "after_delay"],
  STORAGE_FULL: [StorageFullError, "never"],
  DEPENDENCY_UNAVAILABLE: [DependencyUnavailableError, "if_idempotent"],
  DEADLINE_TOO_SHORT: [DeadlineTooShortError, "never"],
  INTERNAL: [InternalError, "never"],
  SERVING_CONFIG_ALREADY_EXISTS: [ServingConfigAlreadyExistsError, "never"],
  RULE_NOT_FOUND: [RuleNotFoundError, "never"],
  RULE_ALREADY_EXISTS: [RuleAlreadyExistsError, "never"],
  ETAG_MISMATCH: [EtagMismatchError, "never"],
};

/** Return when errors of a reason are worth another attempt; of one that is not known: never. */
export function retryRule(reason: string): RetryRule {
  return REASONS[reason]?.[1] ?? "never";
}

/** Make the error of a reason; one that is not known gets the class of its code. */
export function makeError(code: Code, message: string, more: ErrorMore): ShortlistError {
  const known = REASONS[more.reason ?? ""];
  if (known) {
    return new known[0](code, message, more);
  }
  switch (code) {
    case "DEADLINE_EXCEEDED":
      return new DeadlineExceededError(message, more);
    case "CANCELLED":
      return new CancelledError(message, more.cause, more);
    default:
      return new ShortlistError(code, message, more);
  }
}

/** `INVALID_FILTER` is an `InvalidFilterError`. */
function nameOf(reason: string): string {
  const bare = reason.replace(/_ERROR$/, "").toLowerCase();
  const words = bare.split("_");
  return `${words.map((each) => each.charAt(0).toUpperCase() + each.slice(1)).join("")}Error`;
}

/** The base class under a name that is the same for every product. */
export { ShortlistError as ApiError };
