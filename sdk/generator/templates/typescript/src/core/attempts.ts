import type { DescMethod } from "@bufbuild/protobuf";
import type { AnyMessage, CallOptions } from "./call.js";
import { keepInfo } from "./call.js";
import type { Channel, StartedCall } from "./channel.js";
import { ATTEMPT_HEADER, timeoutOf } from "./channel.js";
import type { Authorization } from "./credentials.js";
import { header } from "./error_details.js";
import { asError } from "./failures.js";
import type { MethodInfo } from "./policy.js";
import { planRetry } from "./retry.js";
import { Failure } from "./status.js";
import { notify } from "./telemetry.js";
import type { TransportReply } from "./transport.js";

/** Attempt a call until it succeeds, or its policy, its deadline or the budget ends it. */
export async function attempts(
  channel: Channel,
  method: MethodInfo,
  request: AnyMessage,
  call: StartedCall,
  options: CallOptions,
): Promise<AnyMessage> {
  const { environment, budget } = channel;
  const { scope, requestId } = call;
  let refused: Authorization | undefined;
  let isRefreshed = false;
  for (;;) {
    call.attempts += 1;
    const started = environment.monotonic();
    const observe = (code: string) =>
      notify(channel.options.telemetry ?? [], (each) =>
        each.onAttempt?.(call, {
          attempt: call.attempts,
          code,
          durationMs: environment.monotonic() - started,
        }),
      );
    let authorization: Authorization | undefined;
    try {
      authorization = await scope.race(authorized(channel, call, refused));
      const reply = await scope.race(once(channel, method.desc, request, call, options));
      observe("OK");
      budget.earn();
      keepInfo(reply.message, {
        fromCache: false,
        isStale: false,
        attempts: call.attempts,
        requestId: header(reply.metadata, "x-request-id") || requestId,
        metadata: reply.metadata,
      });
      return reply.message;
    } catch (cause) {
      const error = asError(cause, scope, requestId);
      observe(error.code);
      const plan = planRetry(
        {
          error,
          policy: method.policy,
          attempt: call.attempts,
          isTransport: cause instanceof Failure && cause.isTransport,
          canRefresh: !isRefreshed && (channel.options.credentials?.canRefresh ?? false),
        },
        environment.random,
      );
      const isOver = scope.signal.aborted || options.retry === false || plan.kind === "give_up";
      if (isOver || plan.delayMs >= scope.remainingMs() || !budget.take()) {
        throw error;
      }
      if (plan.refresh) {
        isRefreshed = true;
        refused = authorization;
      }
      await scope.sleep(plan.delayMs);
    }
  }
}

async function authorized(
  channel: Channel,
  call: StartedCall,
  refused: Authorization | undefined,
): Promise<Authorization | undefined> {
  try {
    return await channel.authorize(call, refused);
  } catch (cause) {
    if (cause instanceof Failure) {
      throw cause;
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("UNAUTHENTICATED", `no credentials: ${why}`, { cause });
  }
}

function once(
  channel: Channel,
  method: DescMethod,
  request: AnyMessage,
  call: StartedCall,
  options: CallOptions,
): Promise<TransportReply> {
  const metadata = new Headers(call.metadata);
  metadata.set(ATTEMPT_HEADER, String(call.attempts));
  return channel.transport.unary({
    method,
    request,
    metadata,
    timeoutMs: timeoutOf(call.scope),
    signal: call.scope.signal,
    keepalive: options.keepalive ?? false,
  });
}
