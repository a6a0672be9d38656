import type { EventStore, StoredEvent } from "./store.js";

/** Keeps nothing: the queue has its events in memory already, and they end with the process. */
export class MemoryStore implements EventStore {
  open(): Promise<StoredEvent[]> {
    return Promise.resolve([]);
  }

  add(): Promise<void> {
    return Promise.resolve();
  }

  remove(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
