/** An event that waits. */
export interface StoredEvent {
  readonly id: string;
  /** The event's message in binary. */
  readonly data: Uint8Array;
}

/** Where events wait to be sent. */
export interface EventStore {
  /** Return the events that an earlier run left, in the order they were added. */
  open(): Promise<StoredEvent[]>;
  /** Keep an event; it is kept when the promise resolves. */
  add(event: StoredEvent): Promise<void>;
  /** Forget events. */
  remove(ids: readonly string[]): Promise<void>;
  /** Let go of what the store holds open. */
  close(): Promise<void>;
}
