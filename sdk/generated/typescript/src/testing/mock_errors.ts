import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { create, toBinary } from "@bufbuild/protobuf";
import { API_NAME } from "../api.js";
import type { Code, ErrorDetail } from "../core/status.js";
import { Failure } from "../core/status.js";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../gen/google/rpc/error_details_pb.js";

/** What an error of a mock says. */
export interface MockErrorInit {
  readonly code: Code;
  readonly message?: string;
  /** Reason of the contract. */
  readonly reason?: string;
  readonly metadata?: Record<string, string>;
  readonly retryDelayMs?: number;
  readonly fieldViolations?: readonly { field: string; description: string }[];
  /** Headers of the reply. */
  readonly headers?: HeadersInit;
  /** The server was not reached. */
  readonly isTransport?: boolean;
}

/** Return an error as a server would send it, for {@link MockTransport}. */
export function mockError(init: MockErrorInit): Failure {
  const details: ErrorDetail[] = [];
  const add = <T extends DescMessage>(schema: T, message: MessageInitShape<T>) =>
    details.push({ type: schema.typeName, value: toBinary(schema, create(schema, message)) });
  if (init.reason) {
    const { reason, metadata = {} } = init;
    add(ErrorInfoSchema, { reason, domain: API_NAME, metadata });
  }
  if (init.retryDelayMs !== undefined) {
    const seconds = Math.floor(init.retryDelayMs / 1_000);
    const nanos = Math.round((init.retryDelayMs - seconds * 1_000) * 1e6);
    add(RetryInfoSchema, { retryDelay: { seconds: BigInt(seconds), nanos } });
  }
  if (init.fieldViolations) {
    add(BadRequestSchema, { fieldViolations: [...init.fieldViolations] });
  }
  return new Failure(init.code, init.message ?? init.reason ?? init.code, {
    details,
    metadata: new Headers(init.headers),
    isTransport: init.isTransport ?? false,
  });
}
