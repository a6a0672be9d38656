import type { Message } from "@bufbuild/protobuf";
import type { ApiError } from "../errors.js";
import type { EventStore } from "./store.js";

/** Options of an event queue. */
export interface EventQueueOptions {
  /** Called for each event that the server refused; it is not sent again. */
  readonly onRejected?: (event: Message, error: ApiError) => void;
  /** Called with events that had to make room, oldest first, and how many there were so far. */
  readonly onDropped?: (events: readonly Message[], total: number) => void;
  /** Called when a batch could not be sent and will be again. */
  readonly onRetry?: (error: ApiError, delayMs: number) => void;
  /** Most events that wait; 10,000 unless set. */
  readonly maxEvents?: number;
  /** Most bytes that wait; 5 MiB unless set. */
  readonly maxBytes?: number;
  /** Send when so many events wait, and so many at a time; 50 unless set. */
  readonly flushCount?: number;
  /** Send when so many bytes wait; 64 KiB unless set. */
  readonly flushBytes?: number;
  /** Send when an event has waited so long; 5,000 unless set. */
  readonly flushAgeMs?: number;
  /** Where events wait; absent: IndexedDB where there is one, else memory. */
  readonly store?: EventStore;
}
