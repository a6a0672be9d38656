import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { API_NAME } from "../api.js";
import { ReplyCacheFront } from "../cache/front.js";
import { ApiError } from "../errors.js";
import { connectTransport } from "../transport/connect.js";
import { attempts } from "./attempts.js";
import type { AnyMessage, CallContext, CallOptions, PagingOptions } from "./call.js";
import { callInfo, keepInfo } from "./call.js";
import { CallScope } from "./call_scope.js";
import type { Environment } from "./environment.js";
import { realEnvironment } from "./environment.js";
import { asError } from "./failures.js";
import type { ClientOptions } from "./options.js";
import { Paged } from "./paging.js";
import { CLIENT_HEADER, clientHeader, isNode } from "./platform.js";
import type { MethodInfo, StreamingMethod, UnaryMethod } from "./policy.js";
import { methodName } from "./policy.js";
import { RetryBudget } from "./retry.js";
import type { ObservedCall } from "./telemetry.js";
import { notify } from "./telemetry.js";
import type { Transport } from "./transport.js";

/** Carries calls out by their policies. Services are made on one; a whole client shares one. */
export class Channel {
  readonly options: ClientOptions;
  readonly environment: Environment;
  readonly transport: Transport;
  readonly budget = new RetryBudget();
  readonly #cache: ReplyCacheFront | undefined;
  readonly #clientHeader = clientHeader();

  constructor(options: ClientOptions) {
    this.options = options;
    this.environment = { ...realEnvironment, ...options.environment };
    const transport = options.transport ?? connectTransport();
    this.transport = typeof transport === "function" ? transport(options.endpoint) : transport;
    this.#cache =
      options.cache === false ? undefined : new ReplyCacheFront(options.cache, this.environment);
  }

  /** Make a call with one request and one reply. */
  async unary<I extends DescMessage, O extends DescMessage>(
    method: UnaryMethod<I, O>,
    init: MessageInitShape<I>,
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    const request = create(method.desc.input, init);
    const call = this.#start(method, request, options);
    const context: CallContext = { method, metadata: call.metadata, options };
    const interceptors = this.options.interceptors ?? [];
    let carry = (message: AnyMessage) => this.#answer(method, message, call, options);
    for (const interceptor of [...interceptors].reverse()) {
      const next = carry;
      carry = (message) => interceptor(message, context, next);
    }
    const reply = (await this.#observed(call, () =>
      call.scope.race(carry(request)),
    )) as MessageShape<O>;
    const info = callInfo(reply);
    if (info) {
      options.onInfo?.(info);
    }
    return reply;
  }

  /** Return a paged list; nothing is fetched before it is read. */
  paged<I extends DescMessage, O extends DescMessage, Item>(
    method: UnaryMethod<I, O>,
    init: MessageInitShape<I>,
    options: PagingOptions = {},
  ): Paged<MessageShape<O>, Item> {
    const { paging } = method.policy;
    if (!paging) {
      throw new TypeError(`${methodName(method.desc)} is not paged`);
    }
    const fields = init as Record<string, unknown>;
    return new Paged({
      policy: paging,
      pageToken: String(fields[paging.pageToken] ?? ""),
      maxItems: options.maxItems,
      fetch: (token) =>
        this.unary(
          method,
          { ...fields, [paging.pageToken]: token } as MessageInitShape<I>,
          // Each page is a call of its own: one key for all would make them repetitions.
          { ...options, idempotencyKey: this.environment.uuid() },
        ),
    });
  }

  /** Make a call that streams; it is not retried. */
  async *stream<I extends DescMessage, O extends DescMessage>(
    method: StreamingMethod<I, O>,
    requests: AsyncIterable<MessageInitShape<I>> | Iterable<MessageInitShape<I>>,
    options: CallOptions = {},
  ): AsyncGenerator<MessageShape<O>, void, undefined> {
    const call = this.#start(method, undefined, options);
    const { scope, requestId } = call;
    const { input } = method.desc;
    async function* messages() {
      for await (const each of requests) {
        yield create(input, each) as AnyMessage;
      }
    }
    try {
      await this.authorize(call);
      const replies = this.transport.stream({
        method: method.desc,
        request: messages(),
        metadata: call.metadata,
        timeoutMs: timeoutOf(scope),
        signal: scope.signal,
        keepalive: options.keepalive ?? false,
      });
      yield* replies as AsyncIterable<MessageShape<O>>;
    } catch (cause) {
      throw asError(cause, scope, requestId);
    } finally {
      scope.close();
    }
  }

  /** Make a call that streams requests and has one reply. */
  async collect<I extends DescMessage, O extends DescMessage>(
    method: StreamingMethod<I, O>,
    requests: AsyncIterable<MessageInitShape<I>>,
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    for await (const reply of this.stream(method, requests, options)) {
      return reply;
    }
    throw new ApiError("INTERNAL", `${methodName(method.desc)}: the server sent no reply`);
  }

  /** Add the header that shows who calls; returns what was added. */
  async authorize(call: StartedCall, refused?: Parameters<AuthorizeWith>[1]) {
    const authorization = await this.options.credentials?.authorize(this.environment, refused);
    if (authorization) {
      call.metadata.set(authorization.header, authorization.value);
    }
    return authorization;
  }

  /** Forget all replies that are kept, for example when the user changes. */
  clearCache(): void {
    this.#cache?.clear();
  }

  #start(method: MethodInfo, request: AnyMessage | undefined, options: CallOptions): StartedCall {
    const { environment } = this;
    const { deadlineMs, requestIdField } = method.policy;
    const metadata = new Headers(this.options.metadata);
    for (const [name, value] of new Headers(options.metadata)) {
      metadata.set(name, value);
    }
    const key = options.idempotencyKey ?? environment.uuid();
    const given = request && requestIdField ? (request as Fields)[requestIdField] : "";
    const requestId = metadata.get("x-request-id") || String(given || "") || key;
    metadata.set("idempotency-key", key);
    metadata.set("x-request-id", requestId);
    metadata.set(CLIENT_HEADER, this.#clientHeader);
    if (isNode()) {
      // Browsers keep theirs; where they would not, the server had to allow the header.
      metadata.set("user-agent", this.#clientHeader);
    }
    const limitMs = options.deadlineMs ?? this.options.deadlineMs ?? deadlineMs;
    return {
      method: methodName(method.desc),
      requestId,
      metadata,
      scope: new CallScope(environment, limitMs, options.signal),
      attempts: 0,
    };
  }

  async #answer(
    method: MethodInfo,
    request: AnyMessage,
    call: StartedCall,
    options: CallOptions,
  ): Promise<AnyMessage> {
    const ask = () => attempts(this, method, request, call, options);
    const { cache } = method.policy;
    if (!cache || !this.#cache || options.cache === "off") {
      return ask();
    }
    const isRefresh = options.cache === "refresh";
    const kept = await this.#cache.answer({ method, policy: cache, request, isRefresh }, ask);
    if (kept.fromCache) {
      keepInfo(kept.reply, {
        fromCache: true,
        isStale: kept.isStale,
        attempts: call.attempts,
        requestId: call.requestId,
        metadata: new Headers(),
      });
    }
    return kept.reply;
  }

  async #observed<T extends object>(call: StartedCall, work: () => Promise<T>): Promise<T> {
    const telemetry = this.options.telemetry ?? [];
    const { environment } = this;
    const started = environment.monotonic();
    notify(telemetry, (each) => each.onCallStart?.(call));
    const end = (code: string, reason: string, fromCache: boolean) => {
      const durationMs = environment.monotonic() - started;
      const { attempts } = call;
      notify(telemetry, (each) =>
        each.onCallEnd?.(call, { code, reason, attempts, durationMs, fromCache }),
      );
    };
    try {
      const reply = await work();
      end("OK", "", callInfo(reply)?.fromCache ?? false);
      return reply;
    } catch (cause) {
      const error = asError(cause, call.scope, call.requestId);
      end(error.code, error.reason, false);
      // What an interceptor throws by itself is the user's own, and stays as it is.
      throw cause instanceof ApiError || !(cause instanceof Error) ? error : cause;
    } finally {
      call.scope.close();
    }
  }
}

/** A logical call that is under way. */
export interface StartedCall extends ObservedCall {
  readonly scope: CallScope;
  attempts: number;
}

type AuthorizeWith = NonNullable<ClientOptions["credentials"]>["authorize"];
type Fields = Record<string, unknown>;

/** Name of the header that counts attempts. */
export const ATTEMPT_HEADER = `x-${API_NAME}-attempt`;

/** Return what is left of a call, as transports take it. */
export function timeoutOf(scope: CallScope): number | undefined {
  const left = scope.remainingMs();
  return Number.isFinite(left) ? Math.max(1, Math.ceil(left)) : undefined;
}
