/** The canonical codes of gRPC, by number. */
export const CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** Name of a canonical code, such as `UNAVAILABLE`. */
export type Code = (typeof CODES)[number];

/** Return the code of a number; one that is not known is `UNKNOWN`. */
export function codeOf(number: number): Code {
  return CODES[number] ?? "UNKNOWN";
}

/** Return the code of an HTTP reply that says nothing better, as gRPC and Connect map them. */
export function codeOfHttp(status: number): Code {
  switch (status) {
    case 400:
      return "INTERNAL";
    case 401:
      return "UNAUTHENTICATED";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "UNIMPLEMENTED";
    case 429:
    case 502:
    case 503:
    case 504:
      return "UNAVAILABLE";
    default:
      return "UNKNOWN";
  }
}

/** A detail of an error: the full name of its message, and the message in binary. */
export interface ErrorDetail {
  readonly type: string;
  readonly value: Uint8Array;
}

/** More about a failure. */
export interface FailureMore {
  readonly details?: readonly ErrorDetail[];
  /** Headers and trailers of the reply. */
  readonly metadata?: Headers;
  /** The server was not reached, or the connection broke: what became of the call is not known. */
  readonly isTransport?: boolean;
  readonly cause?: unknown;
}

/** What a transport throws; callers of the client get the typed error made from it. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly details: readonly ErrorDetail[];
  readonly metadata: Headers;
  readonly isTransport: boolean;

  constructor(
    readonly code: Code,
    message: string,
    more: FailureMore = {},
  ) {
    super(message, { cause: more.cause });
    this.details = more.details ?? [];
    this.metadata = more.metadata ?? new Headers();
    this.isTransport = more.isTransport ?? false;
  }
}
