import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { API_NAME } from "../api.js";
import type { CallOptions } from "../core/call.js";
import type { Channel } from "../core/channel.js";
import type { Status } from "../core/error_details.js";
import { errorOfStatus } from "../core/error_details.js";
import { ApiError } from "../errors.js";
import type { QueueEngine } from "./engine.js";

/** How a queue's events are made and sent; the contract says so. */
export interface QueuePolicy<E extends DescMessage> {
  readonly event: E;
  /** Most events of a request. */
  readonly maxEvents: number;
  readonly id: (event: MessageShape<E>) => string;
  /** Give an event its id and time where it has none. */
  readonly stamp: (event: MessageShape<E>, id: string, nowMs: number) => void;
  /** Send events; returns for each, in order, why it was refused, or null if it was accepted. */
  readonly send: (
    events: MessageShape<E>[],
    nowMs: number,
    options: CallOptions,
  ) => Promise<(Status | null)[]>;
}

/**
 * Collects events and sends them in batches: when enough wait, when they are large enough, when the
 * oldest has waited long enough, and when the page is put away. In browsers they wait in IndexedDB
 * and survive the page; the server counts an event once however often it arrives.
 *
 * The code behind it is loaded with the first event, or by {@link start}.
 */
export class EventQueue<E extends DescMessage> {
  readonly #channel: Channel;
  readonly #policy: QueuePolicy<E>;
  #engine: Promise<QueueEngine<MessageShape<E>>> | undefined;

  constructor(channel: Channel, policy: QueuePolicy<E>) {
    this.#channel = channel;
    this.#policy = policy;
  }

  /** Send what an earlier visit left. Call it early; the first event does so as well. */
  async start(): Promise<void> {
    await this.#open();
  }

  /**
   * Add an event. It is kept when the promise resolves (in memory only where the browser refuses
   * storage), and sent later. Returns its id, which is made up if the event has none.
   */
  async enqueue(init: MessageInitShape<E>): Promise<string> {
    const { environment } = this.#channel;
    const event = create(this.#policy.event, init);
    this.#policy.stamp(event, environment.uuid(), environment.now());
    const engine = await this.#open();
    await engine.add(event);
    return this.#policy.id(event);
  }

  /** Send everything that waits now; rejects if some could not be sent, which goes on waiting. */
  async flush(): Promise<void> {
    await (await this.#engine)?.flush();
  }

  /** Return how many events wait, those on their way among them; none before the queue is started. */
  async count(): Promise<number> {
    return (await this.#engine)?.count ?? 0;
  }

  /** Send what waits and stop. What can't be sent stays in the store for the next visit. */
  async close(): Promise<void> {
    const engine = await this.#engine;
    this.#engine = undefined;
    await engine?.close();
  }

  #open(): Promise<QueueEngine<MessageShape<E>>> {
    this.#engine ??= this.#load().catch((error: unknown) => {
      // The next event tries again.
      this.#engine = undefined;
      throw error;
    });
    return this.#engine;
  }

  async #load(): Promise<QueueEngine<MessageShape<E>>> {
    const { QueueEngine } = await import("./engine.js");
    const { environment, options } = this.#channel;
    const { event, maxEvents, id, send } = this.#policy;
    return QueueEngine.open<MessageShape<E>>({
      maxEvents,
      idOf: id,
      encode: (message) => toBinary(event, message),
      decode: (data) => fromBinary(event, data),
      send: async (events, callOptions) => {
        const outcomes = await send(events, environment.now(), callOptions);
        return outcomes.map((status) => (status ? errorOfStatus(status) : null));
      },
      codeOf: (error) => (error instanceof ApiError ? error.code : "UNKNOWN"),
      options: options.queue ?? {},
      environment,
      // Another server's events are another queue's.
      name: `${API_NAME}-events ${options.endpoint}`,
    });
  }
}
