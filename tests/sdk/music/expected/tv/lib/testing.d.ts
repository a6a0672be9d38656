// Music 2.1.0: a transport for your tests that answers itself. Generated; do not edit.

import { Transport, TransportRequest } from './music';

export as namespace MusicTesting;

/** An error with which a method answers. */
export interface MockError {
  /** `UNAVAILABLE` */
  code: string;
  reason?: string;
  message?: string;
  retryDelayMs?: number;
  metadata?: { [name: string]: string };
  details?: Array<{ '@type': string; [name: string]: any }>;
}

/** A reply in JSON, an error, null (no reply comes), or what a function makes of the request. */
export type MockAnswer = object | MockError | null | ((request: TransportRequest) => object | MockError | null);

export class MockTransport {
  /** Every request so far. */
  calls: TransportRequest[];
  /** Goes into the client's options. */
  transport: Transport;
  /** Answers a method (its name, or its full path); several answers are used in turn, the last for good. */
  on(method: string, ...answers: MockAnswer[]): this;
}
