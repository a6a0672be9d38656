import type { ApiError } from "../errors.js";
import { retryRule } from "../errors.js";
import type { MethodPolicy } from "./policy.js";

/** Most attempts of one call, the first among them. */
export const MAX_ATTEMPTS = 4;
// Of which after failures of the transport: a network that is gone stays so for a while.
const MAX_TRANSPORT_RETRIES = 2;
const BASE_MS = 100;
const CAP_MS = 5_000;

/** Limits the retries of a whole client, so that they can't multiply the load on a failing server. */
export class RetryBudget {
  static readonly CAPACITY = 10;
  static readonly EARNED = 0.1;
  #tokens = RetryBudget.CAPACITY;

  /** Take one retry; false: there is none left. */
  take(): boolean {
    // Tenths don't add up exactly: ten of them make one retry all the same.
    if (this.#tokens < 1 - 1e-9) {
      return false;
    }
    this.#tokens = Math.max(0, this.#tokens - 1);
    return true;
  }

  /** Count a success. */
  earn(): void {
    this.#tokens = Math.min(RetryBudget.CAPACITY, this.#tokens + RetryBudget.EARNED);
  }
}

/** What is known of an attempt that failed. */
export interface FailedAttempt {
  readonly error: ApiError;
  readonly policy: MethodPolicy;
  /** From 1. */
  readonly attempt: number;
  readonly isTransport: boolean;
  /** Credentials can be had anew, and were not since the call began. */
  readonly canRefresh: boolean;
}

/** What follows a failed attempt. */
export type RetryPlan =
  | { readonly kind: "give_up" }
  | { readonly kind: "retry"; readonly delayMs: number; readonly refresh: boolean };

/** Decide whether a failed attempt is repeated, and after what delay. */
export function planRetry(failed: FailedAttempt, random: () => number): RetryPlan {
  const { error, policy, attempt, isTransport } = failed;
  if (attempt >= MAX_ATTEMPTS || (isTransport && attempt > MAX_TRANSPORT_RETRIES)) {
    return { kind: "give_up" };
  }
  const rule = retryRule(error.reason);
  if (rule === "after_refresh" && failed.canRefresh) {
    return { kind: "retry", delayMs: 0, refresh: true };
  }
  const isRefusedForNow = rule === "after_delay" && error.retryDelayMs !== undefined;
  const isRepeatable = policy.idempotent && policy.retryableCodes.includes(error.code);
  if (!isRefusedForNow && !isRepeatable) {
    return { kind: "give_up" };
  }
  return { kind: "retry", delayMs: delayOf(attempt, error.retryDelayMs, random), refresh: false };
}

/** Full jitter below a doubling limit; the server's own delay is never undercut. */
function delayOf(attempt: number, serverMs: number | undefined, random: () => number): number {
  if (serverMs !== undefined) {
    return serverMs + random() * BASE_MS;
  }
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1));
}
