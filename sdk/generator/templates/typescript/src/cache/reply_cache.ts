import type { AnyMessage } from "../core/call.js";
import type { CacheableCall, CachedReply } from "./front.js";

/** What a cache works with. It is given all code, and imports none: so it is one small chunk. */
export interface CacheSettings {
  readonly maxEntries: number;
  /** The wall clock in milliseconds. */
  readonly now: () => number;
  readonly nameOf: (call: CacheableCall) => string;
  readonly copyOf: (call: CacheableCall, reply: AnyMessage) => AnyMessage;
  readonly isUnreachable: (error: unknown) => boolean;
}

interface Entry {
  readonly reply: AnyMessage;
  readonly storedMs: number;
}

/** Keeps replies for a time; out-of-date ones stand in when the server can't be reached. */
export class ReplyCache {
  readonly #settings: CacheSettings;
  // In the order of use: a Map yields its keys as they were inserted.
  readonly #entries = new Map<string, Entry>();

  constructor(settings: CacheSettings) {
    this.#settings = settings;
  }

  /** Return a fresh reply, else the server's, else one that is out of date. */
  async answer(call: CacheableCall, ask: () => Promise<AnyMessage>): Promise<CachedReply> {
    const { maxAgeMs, staleIfErrorMs } = call.policy;
    const key = this.#keyOf(call);
    if (!call.isRefresh && this.#ageMs(key) <= maxAgeMs) {
      return this.#serve(call, key, false);
    }
    try {
      const reply = await ask();
      this.keep(call, reply);
      return { reply, fromCache: false, isStale: false };
    } catch (error) {
      const ageMs = this.#ageMs(key);
      if (this.#settings.isUnreachable(error) && ageMs <= maxAgeMs + staleIfErrorMs) {
        return this.#serve(call, key, ageMs > maxAgeMs);
      }
      throw error;
    }
  }

  /** Keep a copy of a reply: its caller may change it. */
  keep(call: CacheableCall, reply: AnyMessage): void {
    const copy = this.#settings.copyOf(call, reply);
    this.#touch(this.#keyOf(call), { reply: copy, storedMs: this.#settings.now() });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#settings.maxEntries) {
        return;
      }
      this.#entries.delete(oldest);
    }
  }

  /** Forget everything. */
  clear(): void {
    this.#entries.clear();
  }

  #ageMs(key: string): number {
    const entry = this.#entries.get(key);
    return entry ? this.#settings.now() - entry.storedMs : Number.POSITIVE_INFINITY;
  }

  #serve(call: CacheableCall, key: string, isStale: boolean): CachedReply {
    const entry = this.#entries.get(key) as Entry;
    this.#touch(key, entry);
    // A copy: callers may change it, and each reply has a call info of its own.
    return { reply: this.#settings.copyOf(call, entry.reply), fromCache: true, isStale };
  }

  #touch(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  /** The same for requests that mean the same: no request id, and fields in one order. */
  #keyOf(call: CacheableCall): string {
    const { requestIdField = "" } = call.method.policy;
    const { [requestIdField]: _, ...fields } = call.request as Record<string, unknown>;
    return `${this.#settings.nameOf(call)} ${JSON.stringify(fields, canonical)}`;
  }
}

function canonical(_: string, value: unknown): unknown {
  if (typeof value === "bigint") {
    return `${value}n`;
  }
  if (value instanceof Uint8Array) {
    return Array.from(value);
  }
  if (value && typeof value === "object" && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return value;
}
