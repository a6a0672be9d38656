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
export class MusicError extends Error {
  /** Canonical code, such as `NOT_FOUND`. */
  readonly code: Code;
  /** Reason of the contract, such as `ALBUM_NOT_FOUND`; empty: the server gave none. */
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
    this.name = this.reason in REASONS ? nameOf(this.reason) : "MusicError";
  }

  /** Return the first detail of a type, such as `QuotaFailureSchema`; undefined: there is none. */
  detail<T extends Message>(schema: GenMessage<T>): T | undefined {
    const found = this.details.find((each) => each.type === schema.typeName);
    return found && fromBinary(schema, found.value);
  }
}

/** The deadline passed, here or on the server. */
export class DeadlineExceededError extends MusicError {
  constructor(message: string, more: ErrorMore = {}) {
    super("DEADLINE_EXCEEDED", message, more);
    this.name = "DeadlineExceededError";
  }
}

/** The caller cancelled; `cause` is the reason that was given to `AbortController.abort`. */
export class CancelledError extends MusicError {
  constructor(message: string, cause?: unknown, more: ErrorMore = {}) {
    super("CANCELLED", message, { ...more, cause });
    this.name = "CancelledError";
  }
}

/** NOT_FOUND: no such album. */
export class AlbumNotFoundError extends MusicError {}

/** UNAVAILABLE: between two stations. */
export class OutOfTuneError extends MusicError {}

/** RESOURCE_EXHAUSTED: too many listeners; RetryInfo says when to come back. */
export class SoldOutError extends MusicError {}

/** UNAUTHENTICATED: the ticket is from yesterday. */
export class TicketExpiredError extends MusicError {}

type Constructor = new (code: Code, message: string, more?: ErrorMore) => MusicError;

const REASONS: Readonly<Record<string, readonly [Constructor, RetryRule]>> = {
  ALBUM_NOT_FOUND: [AlbumNotFoundError, "never"],
  OUT_OF_TUNE: [OutOfTuneError, "if_idempotent"],
  SOLD_OUT: [SoldOutError, "after_delay"],
  TICKET_EXPIRED: [TicketExpiredError, "after_refresh"],
};

/** Return when errors of a reason are worth another attempt; of one that is not known: never. */
export function retryRule(reason: string): RetryRule {
  return REASONS[reason]?.[1] ?? "never";
}

/** Make the error of a reason; one that is not known gets the class of its code. */
export function makeError(code: Code, message: string, more: ErrorMore): MusicError {
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
      return new MusicError(code, message, more);
  }
}

/** `INVALID_FILTER` is an `InvalidFilterError`. */
function nameOf(reason: string): string {
  const bare = reason.replace(/_ERROR$/, "").toLowerCase();
  const words = bare.split("_");
  return `${words.map((each) => each.charAt(0).toUpperCase() + each.slice(1)).join("")}Error`;
}

/** The base class under a name that is the same for every product. */
export { MusicError as ApiError };
