import { ShortlistError } from "@shortlist/sdk";
import type { ErrorOutcome } from "./protocol.js";

/** Return what the SDK tells of an error. What is none of its errors is a fault of the program or the SDK. */
export function errorOf(error: unknown): ErrorOutcome {
  if (!(error instanceof ShortlistError)) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: "UNKNOWN", message: why, type: error instanceof Error ? error.name : "" };
  }
  return {
    code: error.code,
    reason: error.reason,
    message: error.message,
    metadata: error.metadata,
    field_violations: error.fieldViolations,
    request_id: error.requestId,
    ...(error.retryDelayMs === undefined ? {} : { retry_delay_s: error.retryDelayMs / 1_000 }),
    type: error.name,
  };
}
