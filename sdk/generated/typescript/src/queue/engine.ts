import type { Message } from "@bufbuild/protobuf";
import type { CallOptions } from "../core/call.js";
import type { Environment } from "../core/environment.js";
import type { Code } from "../core/status.js";
import type { ApiError } from "../errors.js";
import { onLifecycle } from "./lifecycle.js";
import type { EventQueueOptions } from "./options.js";
import type { EventStore } from "./store.js";
import { openStore } from "./stores.js";
import type { Waiting } from "./waiting.js";
import { WaitingEvents } from "./waiting.js";

const FLUSH_COUNT = 50;
const BASE_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;
// What fails for one of these will fail again, whenever it is sent.
const PERMANENT: readonly Code[] = [
  "INVALID_ARGUMENT",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "FAILED_PRECONDITION",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
];

/**
 * What a queue works with. It is given all code that the page has loaded already, and imports only
 * its own: so it is one chunk.
 */
export interface EngineSettings<T extends Message> {
  /** Most events of a request. */
  readonly maxEvents: number;
  readonly idOf: (event: T) => string;
  readonly encode: (event: T) => Uint8Array;
  readonly decode: (data: Uint8Array) => T;
  /** Send events; returns for each, in order, why it was refused, or null. */
  readonly send: (events: T[], options: CallOptions) => Promise<(ApiError | null)[]>;
  readonly codeOf: (error: unknown) => Code;
  readonly options: EventQueueOptions;
  readonly environment: Environment;
  /** Of the store. */
  readonly name: string;
}

/** Holds the events that wait, decides when to send them, and deals with what becomes of them. */
export class QueueEngine<T extends Message> {
  readonly #settings: EngineSettings<T>;
  readonly #store: EventStore;
  readonly #waiting: WaitingEvents<T>;
  readonly #unlisten: () => void;
  #sending: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #isBackingOff = false;
  #failures = 0;
  #dropped = 0;
  readonly #largestBatch: number;
  #batchLimit: number;

  /** Open the store, and send what it holds. */
  static async open<T extends Message>(settings: EngineSettings<T>): Promise<QueueEngine<T>> {
    const { options, environment, name, decode } = settings;
    const [store, left] = await openStore(options.store, name, environment.uuid());
    const engine = new QueueEngine(settings, store);
    for (const { id, data } of left) {
      engine.#waiting.add(id, decode(data), data.byteLength);
    }
    engine.#makeRoom();
    if (left.length > 0) {
      engine.#sendInBackground();
    }
    return engine;
  }

  private constructor(settings: EngineSettings<T>, store: EventStore) {
    const { maxEvents = 10_000, maxBytes = 5 << 20, flushCount = FLUSH_COUNT } = settings.options;
    this.#settings = settings;
    this.#store = store;
    this.#waiting = new WaitingEvents(maxEvents, maxBytes);
    this.#largestBatch = Math.max(1, Math.min(settings.maxEvents, flushCount));
    this.#batchLimit = this.#largestBatch;
    this.#unlisten = onLifecycle({
      hidden: () => this.#leave(false),
      leaving: () => this.#leave(true),
      online: () => this.#sendInBackground(),
    });
  }

  /** How many events wait. */
  get count(): number {
    return this.#waiting.count;
  }

  /** Add an event and keep it. */
  async add(event: T): Promise<void> {
    const id = this.#settings.idOf(event);
    const data = this.#settings.encode(event);
    this.#waiting.add(id, event, data.byteLength);
    const kept = this.#store.add({ id, data }).catch(() => {
      // No storage, or none left: the event waits in memory.
    });
    this.#makeRoom();
    this.#schedule();
    await kept;
  }

  /** Send what waits now. */
  async flush(): Promise<void> {
    await this.#sending?.catch(() => {});
    await this.#send();
  }

  /** Send what waits and let go of everything. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.#unlisten();
      this.#cancelTimer?.();
      await this.#store.close();
    }
  }

  #schedule(): void {
    const {
      flushCount = FLUSH_COUNT,
      flushBytes = 64 << 10,
      flushAgeMs = 5_000,
    } = this.#settings.options;
    if (this.#sending || this.#isBackingOff || this.#waiting.count === 0) {
      return;
    }
    if (this.#waiting.count >= flushCount || this.#waiting.bytes >= flushBytes) {
      this.#sendInBackground();
    } else {
      this.#cancelTimer ??= this.#sendAfter(flushAgeMs);
    }
  }

  #sendAfter(delayMs: number): () => void {
    return this.#settings.environment.setTimer(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#sendInBackground();
    });
  }

  #sendInBackground(): void {
    void this.#send().catch(() => {
      // Events that could not be sent wait for the next try, which is set.
    });
  }

  #send(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#isBackingOff = false;
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = undefined;
      this.#schedule();
    });
    return this.#sending;
  }

  /** Send batch after batch until what waited at the start is gone. */
  async #drain(): Promise<void> {
    const last = this.#waiting.last;
    while (last && this.#waiting.has(last)) {
      const batch = this.#waiting.batch(this.#batchLimit, false);
      if (batch.length === 0) {
        return;
      }
      try {
        await this.#sendBatch(batch, {});
      } catch (error) {
        this.#backOff(error as ApiError);
        throw error;
      }
    }
  }

  async #sendBatch(batch: readonly Waiting<T>[], options: CallOptions): Promise<void> {
    const { send, codeOf } = this.#settings;
    this.#waiting.setInFlight(batch, true);
    try {
      const events = batch.map(({ event }) => event);
      await this.#settle(batch, await send(events, options));
      this.#failures = 0;
      this.#batchLimit = this.#largestBatch;
    } catch (error) {
      if (!PERMANENT.includes(codeOf(error))) {
        throw error;
      }
      if (batch.length === 1) {
        await this.#settle(batch, [error as ApiError]);
      }
      // One of them spoils the batch: smaller ones find it.
      this.#batchLimit = Math.max(1, batch.length >> 1);
    } finally {
      this.#waiting.setInFlight(batch, false);
    }
  }

  async #settle(batch: readonly Waiting<T>[], outcomes: (ApiError | null)[]): Promise<void> {
    const answered = batch.slice(0, outcomes.length);
    answered.forEach(({ id, event }, index) => {
      const error = outcomes[index];
      // One that was sent twice, when the page was put away, is told of once.
      if (this.#waiting.remove(id) && error) {
        this.#settings.options.onRejected?.(event, error);
      }
    });
    await this.#forget(answered);
    if (answered.length < batch.length) {
      throw new Error("the server did not answer for every event");
    }
  }

  async #forget(events: readonly Waiting<T>[]): Promise<void> {
    await this.#store.remove(events.map(({ id }) => id)).catch(() => {
      // They are sent again after a restart, without effect.
    });
  }

  #backOff(error: ApiError): void {
    const { environment, options } = this.#settings;
    const limitMs = Math.min(MAX_BACKOFF_MS, BASE_BACKOFF_MS * 2 ** this.#failures);
    const delayMs = environment.random() * limitMs;
    this.#failures += 1;
    this.#isBackingOff = true;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#sendAfter(delayMs);
    options.onRetry?.(error, delayMs);
  }

  #makeRoom(): void {
    const dropped = this.#waiting.overflow();
    if (dropped.length > 0) {
      this.#dropped += dropped.length;
      const events = dropped.map(({ event }) => event);
      this.#settings.options.onDropped?.(events, this.#dropped);
      void this.#forget(dropped);
    }
  }

  /** The page may be gone in a moment: send one batch that outlives it, now. */
  #leave(isLast: boolean): void {
    const batch = this.#waiting.batch(this.#settings.maxEvents, isLast);
    if (batch.length > 0) {
      const options = { keepalive: true, retry: false };
      void this.#sendBatch(batch, options).catch((error: unknown) =>
        this.#backOff(error as ApiError),
      );
    }
  }
}
