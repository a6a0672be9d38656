import { CancelledError, DeadlineExceededError } from "../errors.js";
import type { Environment } from "./environment.js";

/** The life of one logical call: its deadline, its cancellation, and waits that end with either. */
export class CallScope {
  readonly #environment: Environment;
  readonly #controller = new AbortController();
  readonly #end: number;
  readonly #release: (() => void)[] = [];

  /**
   * @param deadlineMs - the whole time the call may take; 0: no limit.
   * @param cancellation - of the caller.
   */
  constructor(environment: Environment, deadlineMs: number, cancellation?: AbortSignal) {
    this.#environment = environment;
    this.#end = deadlineMs > 0 ? environment.monotonic() + deadlineMs : Number.POSITIVE_INFINITY;
    if (cancellation) {
      const cancel = () =>
        this.#controller.abort(new CancelledError("the call was cancelled", cancellation.reason));
      if (cancellation.aborted) {
        cancel();
      } else {
        cancellation.addEventListener("abort", cancel, { once: true });
        this.#release.push(() => cancellation.removeEventListener("abort", cancel));
      }
    }
    if (deadlineMs > 0) {
      const expire = () =>
        this.#controller.abort(
          new DeadlineExceededError(`the deadline of ${deadlineMs} ms has passed`),
        );
      this.#release.push(environment.setTimer(deadlineMs, expire));
    }
  }

  /** Aborted with the error that the call ends with. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The time that is left, at least 0; infinite without a deadline. */
  remainingMs(): number {
    return Math.max(0, this.#end - this.#environment.monotonic());
  }

  /** Settle as a promise does, or reject when the call ends first. */
  race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    return new Promise<T>((resolve, reject) => {
      const end = () => reject(signal.reason);
      if (signal.aborted) {
        end();
      }
      signal.addEventListener("abort", end, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
    });
  }

  /** Wait, unless the call ends first. */
  async sleep(delayMs: number): Promise<void> {
    let cancel = () => {};
    try {
      await this.race(
        new Promise<void>((resolve) => {
          cancel = this.#environment.setTimer(delayMs, resolve);
        }),
      );
    } finally {
      cancel();
    }
  }

  /** Let go of timers and listeners. */
  close(): void {
    for (const release of this.#release) {
      release();
    }
  }
}
