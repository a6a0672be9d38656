/** A logical call, as telemetry sees it; the same object in all hooks of the call. */
export interface ObservedCall {
  /** `package.Service/Method`. */
  readonly method: string;
  readonly requestId: string;
  /** Headers that all attempts send; a hook may add some when the call starts. */
  readonly metadata: Headers;
}

/** How an attempt ended. */
export interface ObservedAttempt {
  /** From 1. */
  readonly attempt: number;
  /** Canonical code; `OK` for success. */
  readonly code: string;
  readonly durationMs: number;
}

/** How a call ended. */
export interface ObservedEnd {
  /** Canonical code; `OK` for success. */
  readonly code: string;
  /** The error's reason; empty: none. */
  readonly reason: string;
  /** Attempts made; 0: the reply came from the cache. */
  readonly attempts: number;
  readonly durationMs: number;
  readonly fromCache: boolean;
}

/** Hooks that watch calls. What they throw is ignored: watching never breaks a call. */
export interface Telemetry {
  onCallStart?(call: ObservedCall): void;
  onAttempt?(call: ObservedCall, attempt: ObservedAttempt): void;
  onCallEnd?(call: ObservedCall, end: ObservedEnd): void;
}

/** Call a hook of each. */
export function notify(all: readonly Telemetry[], hook: (each: Telemetry) => void): void {
  for (const each of all) {
    try {
      hook(each);
    } catch {
      // A broken observer is its owner's matter.
    }
  }
}
