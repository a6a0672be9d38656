import type { CacheOptions } from "../cache/front.js";
import type { EventQueueOptions } from "../queue/options.js";
import type { Interceptor } from "./call.js";
import type { Credentials } from "./credentials.js";
import type { Environment } from "./environment.js";
import type { Telemetry } from "./telemetry.js";
import type { Transport, TransportFactory } from "./transport.js";

/** Options of a client. */
export interface ClientOptions {
  /** Base address, such as `https://api.example.com`. */
  readonly endpoint: string;
  /** Who calls; absent: nobody says. */
  readonly credentials?: Credentials;
  /** How calls travel; absent: `connectTransport()`. */
  readonly transport?: Transport | TransportFactory;
  /** Surround every logical call, the first outermost. */
  readonly interceptors?: readonly Interceptor[];
  readonly telemetry?: readonly Telemetry[];
  /** Headers of every call. */
  readonly metadata?: HeadersInit;
  /** In place of the methods' default deadlines; 0: no limit. */
  readonly deadlineMs?: number;
  /** Of the kept replies; `false`: keep none. */
  readonly cache?: CacheOptions | false;
  /** Of the event queue. */
  readonly queue?: EventQueueOptions;
  /** Clocks, chance and timers; for tests. */
  readonly environment?: Partial<Environment>;
}
