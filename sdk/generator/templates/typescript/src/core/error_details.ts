import type { ApiError } from "../errors.js";
import { makeError } from "../errors.js";
import type { KnownDetails } from "./google_rpc.js";
import { readDetail } from "./google_rpc.js";
import type { ErrorDetail, Failure } from "./status.js";
import { codeOf } from "./status.js";

/** A `google.rpc.Status`. */
export interface Status {
  readonly code: number;
  readonly message: string;
  readonly details: readonly { readonly typeUrl: string; readonly value: Uint8Array }[];
}

/** Return the typed error of a failed attempt. */
export function errorOfFailure(failure: Failure, sentRequestId: string): ApiError {
  const { code, message, details, metadata } = failure;
  const known = read(details);
  return makeError(code, message, {
    ...known,
    details,
    requestId: header(metadata, "x-request-id") || known.requestId || sentRequestId,
    retryDelayMs: known.retryDelayMs ?? retryAfterMs(metadata),
    cause: failure.cause ?? failure,
  });
}

/** Return the typed error of a status within a reply, such as one event's of a batch. */
export function errorOfStatus(status: Status): ApiError {
  const details = detailsOf(status);
  return makeError(codeOf(status.code), status.message, { ...read(details), details });
}

/** Return the details of a status. */
export function detailsOf({ details }: Status): ErrorDetail[] {
  return details.map(({ typeUrl, value }) => ({
    type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
    value,
  }));
}

/** Return a header, or the trailer that Connect sends as one; undefined: absent. */
export function header(metadata: Headers, name: string): string | undefined {
  return metadata.get(name) ?? metadata.get(`trailer-${name}`) ?? undefined;
}

function read(details: readonly ErrorDetail[]): KnownDetails {
  const known: KnownDetails = {};
  for (const { type, value } of details) {
    readDetail(type, value, known);
  }
  return known;
}

function retryAfterMs(metadata: Headers): number | undefined {
  const text = header(metadata, "retry-after")?.trim();
  return text && /^\d+$/.test(text) ? Number(text) * 1_000 : undefined;
}
