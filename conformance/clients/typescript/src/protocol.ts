// The lines between the runner and a program; conformance/docs/programs.md says what they mean.
import type { JsonValue } from "@bufbuild/protobuf";

export interface Target {
  readonly address: string;
  readonly protocol: string;
  readonly api_key?: string;
  readonly tokens?: readonly string[];
}

export interface QueueLimits {
  readonly max_events?: number;
  readonly max_bytes?: number;
  readonly max_age_ms?: number;
  readonly capacity?: number;
}

export interface TestOptions {
  readonly retry?: boolean;
  readonly cache?: boolean;
  readonly event_queue?: QueueLimits;
  readonly random_seed?: number;
}

export interface Step {
  readonly do: string;
  readonly method?: string;
  readonly request?: JsonValue;
  readonly request_bytes?: readonly string[];
  readonly timeout_ms?: number;
  readonly after_ms?: number;
  readonly metadata?: Record<string, string>;
  readonly max_items?: number;
  readonly times?: number;
  readonly idempotency_key?: string;
}

export interface TestRequest {
  readonly test: string;
  readonly target?: Partial<Target>;
  readonly storage?: string;
  readonly options?: TestOptions;
  readonly steps?: readonly Step[];
}

export interface ErrorOutcome {
  readonly code: string;
  readonly [name: string]: unknown;
}

export interface Outcome {
  readonly reply?: JsonValue;
  readonly error?: ErrorOutcome;
  readonly info?: Record<string, unknown>;
  readonly elapsed_ms?: number;
}

/** The SDK lacks what a test is about. */
export class Unsupported extends Error {}
