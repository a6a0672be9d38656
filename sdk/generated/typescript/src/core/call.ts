import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { MethodInfo } from "./policy.js";

/** Options of one call. */
export interface CallOptions {
  /** The whole time for all attempts and waits; 0: no limit; absent: the method's default. */
  readonly deadlineMs?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
  /** The same for calls that mean the same; absent: made for each call. */
  readonly idempotencyKey?: string;
  /** Further headers. */
  readonly metadata?: HeadersInit;
  /** `false`: one attempt only. */
  readonly retry?: boolean;
  /** `refresh`: ask the server even if a fresh reply is kept; `off`: neither read nor keep one. */
  readonly cache?: "default" | "refresh" | "off";
  /** The request outlives its page; up to 63 KiB. */
  readonly keepalive?: boolean;
  /** Called with what is known of the call when its reply is there. */
  readonly onInfo?: (info: CallInfo) => void;
}

/** Options of a list that is read page by page. */
export interface PagingOptions extends CallOptions {
  /** Stop after so many items. */
  readonly maxItems?: number;
}

/** What is known of a call beside its reply. */
export interface CallInfo {
  readonly fromCache: boolean;
  /** The reply is out of date: it stands in because the server can't be reached. */
  readonly isStale: boolean;
  /** Attempts made; 0: the reply came from the cache. */
  readonly attempts: number;
  readonly requestId: string;
  /** Headers and trailers of the reply; empty for one from the cache. */
  readonly metadata: Headers;
}

/** A logical call on its way through the interceptors. */
export interface CallContext {
  readonly method: MethodInfo;
  readonly metadata: Headers;
  readonly options: CallOptions;
}

/** Carries a call on. */
export type Next = (request: AnyMessage) => Promise<AnyMessage>;

/**
 * Surrounds every logical call with one request and one reply (not each attempt). It may change the
 * request or the metadata, answer itself, or call `next` and look at what comes.
 */
export type Interceptor = (
  request: AnyMessage,
  context: CallContext,
  next: Next,
) => Promise<AnyMessage>;

/** Any protobuf message. */
export type AnyMessage = MessageShape<DescMessage>;

const infos = new WeakMap<object, CallInfo>();

/** Return what is known of the call that a reply came from; undefined for any other object. */
export function callInfo(reply: object): CallInfo | undefined {
  return infos.get(reply);
}

/** Keep what is known of a call with its reply. */
export function keepInfo(reply: object, info: CallInfo): void {
  infos.set(reply, info);
}
