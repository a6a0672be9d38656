import type {
  DescMessage,
  DescMethod,
  DescMethodBiDiStreaming,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
} from "@bufbuild/protobuf";
import type { Code } from "./status.js";

/** When an error is worth another attempt. */
export type RetryRule = "never" | "if_idempotent" | "after_delay" | "after_refresh";

/** How long replies serve again. */
export interface CachePolicy {
  readonly maxAgeMs: number;
  /** How long after that one may stand in when the server can't be reached. */
  readonly staleIfErrorMs: number;
}

/** Names of the fields that page a list. */
export interface PagingPolicy {
  readonly items: string;
  readonly pageToken: string;
  readonly nextPageToken: string;
}

/** How a method is called; the contract says so. */
export interface MethodPolicy {
  /** Repeating a call has no further effect. */
  readonly idempotent: boolean;
  /** Codes after which an idempotent call is repeated. */
  readonly retryableCodes: readonly Code[];
  /** The whole time of a call for callers that set none; 0: no limit. */
  readonly deadlineMs: number;
  readonly cache?: CachePolicy;
  readonly paging?: PagingPolicy;
  /** The request's field for the caller's request id. */
  readonly requestIdField?: string;
}

/** A method with its policy. */
export interface MethodInfo<D extends DescMethod = DescMethod> {
  readonly desc: D;
  readonly policy: MethodPolicy;
}

/** A method of one request and one reply. */
export type UnaryMethod<I extends DescMessage, O extends DescMessage> = MethodInfo<
  DescMethodUnary<I, O>
>;

/** A method that streams in one direction or both. */
export type StreamingMethod<I extends DescMessage, O extends DescMessage> = MethodInfo<
  DescMethodServerStreaming<I, O> | DescMethodClientStreaming<I, O> | DescMethodBiDiStreaming<I, O>
>;

/** Return `package.Service/Method`. */
export function methodName(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}
