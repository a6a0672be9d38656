import { ApiError, makeError } from "../errors.js";
import type { CallScope } from "./call_scope.js";
import { errorOfFailure } from "./error_details.js";
import { Failure } from "./status.js";

/** Return the error that a caller gets for whatever ended a call. */
export function asError(cause: unknown, scope: CallScope, requestId: string): ApiError {
  // A transport reports an abort in words of its own; what aborted says more.
  const ended: unknown = scope.signal.aborted ? scope.signal.reason : cause;
  if (ended instanceof Failure) {
    return errorOfFailure(ended, requestId);
  }
  if (ended instanceof ApiError) {
    return ended.requestId ? ended : withRequestId(ended, requestId);
  }
  const message = ended instanceof Error ? ended.message : String(ended);
  return makeError("UNKNOWN", message, { requestId, cause: ended });
}

function withRequestId(error: ApiError, requestId: string): ApiError {
  const { cause } = error;
  return makeError(error.code, error.message, { ...error, requestId, cause });
}
