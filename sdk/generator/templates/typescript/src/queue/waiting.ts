/** An event that waits. */
export interface Waiting<T> {
  readonly id: string;
  readonly event: T;
  readonly bytes: number;
}

// A batch must fit into a request that outlives its page.
const BATCH_BYTES = 60 << 10;

/** The events that wait, oldest first, and which of them are on their way. */
export class WaitingEvents<T> {
  readonly #maxCount: number;
  readonly #maxBytes: number;
  readonly #events = new Map<string, Waiting<T>>();
  readonly #inFlight = new Set<string>();
  #bytes = 0;

  constructor(maxCount: number, maxBytes: number) {
    this.#maxCount = maxCount;
    this.#maxBytes = maxBytes;
  }

  get count(): number {
    return this.#events.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Id of the newest. */
  get last(): string | undefined {
    return [...this.#events.keys()].at(-1);
  }

  has(id: string): boolean {
    return this.#events.has(id);
  }

  /** Add an event; one with the id of another takes its place. */
  add(id: string, event: T, bytes: number): void {
    this.remove(id);
    this.#events.set(id, { id, event, bytes });
    this.#bytes += bytes;
  }

  /** Remove an event; false: there is none. */
  remove(id: string): boolean {
    this.#bytes -= this.#events.get(id)?.bytes ?? 0;
    return this.#events.delete(id);
  }

  /** Return the oldest events, at least one, within a request's limits. */
  batch(maxCount: number, withInFlight: boolean): Waiting<T>[] {
    const batch: Waiting<T>[] = [];
    let bytes = 0;
    for (const each of this.#events.values()) {
      if (this.#inFlight.has(each.id) && !withInFlight) {
        continue;
      }
      bytes += each.bytes;
      if (batch.length > 0 && (bytes > BATCH_BYTES || batch.length >= maxCount)) {
        break;
      }
      batch.push(each);
    }
    return batch;
  }

  setInFlight(batch: readonly Waiting<T>[], isInFlight: boolean): void {
    for (const { id } of batch) {
      if (isInFlight) {
        this.#inFlight.add(id);
      } else {
        this.#inFlight.delete(id);
      }
    }
  }

  /** Remove the oldest events that are more than may wait, and return them. */
  overflow(): Waiting<T>[] {
    const removed: Waiting<T>[] = [];
    for (const each of this.#events.values()) {
      if (this.#events.size <= this.#maxCount && this.#bytes <= this.#maxBytes) {
        break;
      }
      if (!this.#inFlight.has(each.id)) {
        this.remove(each.id);
        removed.push(each);
      }
    }
    return removed;
  }
}
