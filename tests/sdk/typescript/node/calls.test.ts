import assert from "node:assert/strict";
import { test } from "node:test";
import { context, propagation, trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import type { CallInfo, Interceptor, Telemetry } from "@shortlist/sdk";
import { CancelledError, callInfo, DeadlineExceededError, VERSION } from "@shortlist/sdk";
import { openTelemetry } from "@shortlist/sdk/opentelemetry";
import { mockError } from "@shortlist/sdk/testing";
import type { RecommendRequest } from "@shortlist/sdk/v1";
import { RecommendationService } from "@shortlist/sdk/v1";
import { mocked, rejection } from "../support/world.js";

const { recommend } = RecommendationService.method;
const never = () => new Promise<never>(() => {});

test("the deadline holds over all attempts and is passed on", async () => {
  const { world, mock, client } = mocked();
  mock.on(recommend, mockError({ code: "UNAVAILABLE" }), never);
  const started = world.time;
  const error = await world.until(rejection(client.recommendations.recommend({})));
  assert.ok(error instanceof DeadlineExceededError);
  assert.notEqual(error.requestId, "");
  // The contract's two seconds, of which the first wait took 50 ms.
  assert.equal(world.time - started, 2_000);
  assert.deepEqual(
    mock.calls.map((each) => each.timeoutMs),
    [2_000, 1_950],
  );
  assert.ok(mock.calls[1]?.signal.aborted);
});

test("a caller's deadline takes the place of the contract's", async () => {
  const { world, mock, client } = mocked();
  mock.on(recommend, never);
  const started = world.time;
  await world.until(rejection(client.recommendations.recommend({}, { deadlineMs: 30 })));
  assert.equal(world.time - started, 30);
});

test("cancelling ends the call and its attempt", async () => {
  const { world, mock, client } = mocked();
  mock.on(recommend, never);
  const controller = new AbortController();
  const { signal } = controller;
  const call = rejection(client.recommendations.recommend({}, { signal }));
  await world.pass(10);
  controller.abort("enough");
  const error = await call;
  assert.ok(error instanceof CancelledError);
  assert.equal(error.cause, "enough");
  assert.ok(mock.calls[0]?.signal.aborted);
  const late = await rejection(client.recommendations.recommend({}, { signal }));
  assert.ok(late instanceof CancelledError);
});

test("the idempotency key is the same on every attempt and new for every call", async () => {
  const { world, mock, client } = mocked({ cache: false });
  mock.on(recommend, mockError({ code: "UNAVAILABLE" }), {});
  await world.until(client.recommendations.recommend({}));
  await client.recommendations.recommend({}, { idempotencyKey: "mine" });
  const keys = mock.calls.map((each) => each.metadata.get("idempotency-key"));
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[0], "mine");
  assert.equal(keys[2], "mine");
  const ids = mock.calls.map((each) => each.metadata.get("x-request-id"));
  assert.deepEqual(ids, keys);
});

test("the client says what it is", async () => {
  const { mock, client } = mocked();
  mock.on(recommend, {});
  await client.recommendations.recommend({}, { metadata: { "x-request-id": "r", tab: "new" } });
  const { metadata } = mock.calls[0] ?? assert.fail();
  assert.equal(
    metadata.get("x-shortlist-client"),
    `sdk/typescript/${VERSION}; lang/node${process.versions.node}; platform/${process.platform}`,
  );
  assert.equal(metadata.get("x-request-id"), "r");
  assert.equal(metadata.get("tab"), "new");
});

test("interceptors surround the logical call, the first outermost", async () => {
  const seen: string[] = [];
  const named = (name: string): Interceptor => {
    return async (request, call, next) => {
      seen.push(`${name} before`);
      call.metadata.set(name, "was here");
      const reply = await next({ ...request, pageSize: 7 } as RecommendRequest);
      seen.push(`${name} after`);
      return reply;
    };
  };
  const { world, mock, client } = mocked({ interceptors: [named("a"), named("b")] });
  mock.on(recommend, mockError({ code: "UNAVAILABLE" }), {});
  await world.until(client.recommendations.recommend({}));
  assert.deepEqual(seen, ["a before", "b before", "b after", "a after"]);
  assert.equal((mock.calls[1]?.request as RecommendRequest).pageSize, 7);
  assert.equal(mock.calls[0]?.metadata.get("b"), "was here");
});

test("telemetry sees calls and attempts, and can't break them", async () => {
  const seen: unknown[] = [];
  const telemetry: Telemetry = {
    onCallStart: (call) => seen.push(["start", call.method]),
    onAttempt: (_, { attempt, code }) => seen.push(["attempt", attempt, code]),
    onCallEnd: (_, { code, attempts, durationMs }) => {
      seen.push(["end", code, attempts, durationMs]);
      throw new Error("broken");
    },
  };
  const { world, mock, client } = mocked({ telemetry: [telemetry] });
  mock.on(recommend, mockError({ code: "UNAVAILABLE" }), {});
  await world.until(client.recommendations.recommend({}));
  assert.deepEqual(seen, [
    ["start", "shortlist.v1.RecommendationService/Recommend"],
    ["attempt", 1, "UNAVAILABLE"],
    ["attempt", 2, "OK"],
    ["end", "OK", 2, 50],
  ]);
});

test("OpenTelemetry gets a span, and the server its context", async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  propagation.setGlobalPropagator({
    inject: (carrier, headers, setter) => {
      const span = trace.getSpanContext(carrier);
      setter.set(headers, "traceparent", `00-${span?.traceId}-${span?.spanId}-01`);
    },
    extract: () => context.active(),
    fields: () => ["traceparent"],
  });
  const { mock, client } = mocked({ telemetry: [openTelemetry(provider.getTracer("test"))] });
  mock.on(recommend, mockError({ code: "INVALID_ARGUMENT", reason: "INVALID_FILTER" }));
  await rejection(client.recommendations.recommend({}));
  const [span] = exporter.getFinishedSpans();
  assert.equal(span?.name, "shortlist.v1.RecommendationService/Recommend");
  assert.equal(span?.attributes["error.type"], "INVALID_FILTER");
  assert.equal(span?.events.length, 1);
  const sent = mock.calls[0]?.metadata.get("traceparent") ?? "";
  assert.ok(sent.includes(span?.spanContext().spanId ?? "none"));
});

test("what is known of a call comes with its reply", async () => {
  const { mock, client } = mocked();
  mock.on(recommend, {});
  let told: CallInfo | undefined;
  const onInfo = (info: CallInfo) => {
    told = info;
  };
  const reply = await client.recommendations.recommend({}, { onInfo });
  assert.equal(told, callInfo(reply));
  assert.deepEqual([told?.attempts, told?.fromCache, told?.isStale], [1, false, false]);
});

test("the mock answers, fails, computes and records", async () => {
  const { mock, client } = mocked({ cache: false });
  mock.on(recommend, { requestId: "first" }, (request) => ({
    requestId: `of ${request.pageSize}`,
  }));
  assert.equal((await client.recommendations.recommend({})).requestId, "first");
  assert.equal((await client.recommendations.recommend({ pageSize: 3 })).requestId, "of 3");
  assert.equal(mock.callsOf(recommend).length, 2);
  const error = await rejection(client.catalog.getCatalog());
  assert.match(String(error), /the mock has no answer for shortlist.v1.CatalogService\/GetCatalog/);
});
