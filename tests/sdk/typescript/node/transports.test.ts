import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { HandlerContext } from "@connectrpc/connect";
import { Code, ConnectError } from "@connectrpc/connect";
import type { TransportFactory } from "@shortlist/sdk";
import {
  CancelledError,
  Client,
  callInfo,
  connectTransport,
  DeadlineExceededError,
  grpcWebTransport,
  InvalidFilterError,
  ShortlistError,
} from "@shortlist/sdk";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "@shortlist/sdk/google/rpc";
import { nodeTransport } from "@shortlist/sdk/node";
import type { RecommendRequest } from "@shortlist/sdk/v1";
import { EventService, RecommendationService } from "@shortlist/sdk/v1";
import type { FakeServer } from "../support/fake_server.js";
import { serve, serveHttp2 } from "../support/fake_server.js";
import { rejection } from "../support/world.js";

let server: FakeServer;
let seen: HandlerContext | undefined;
let attempts = 0;

async function recommend(request: RecommendRequest, context: HandlerContext) {
  seen = context;
  attempts += 1;
  context.responseHeader.set("x-request-id", "given by the server");
  if (request.filter === "slow") {
    await sleep(5_000, undefined, { signal: context.signal }).catch(() => {});
  }
  if (request.filter === "bad") {
    throw new ConnectError("no such attribute", Code.InvalidArgument, undefined, [
      { desc: ErrorInfoSchema, value: { reason: "INVALID_FILTER", metadata: { at: "3" } } },
      {
        desc: BadRequestSchema,
        value: { fieldViolations: [{ field: "filter", description: "é" }] },
      },
    ]);
  }
  if (request.filter === "busy" && attempts < 3) {
    throw new ConnectError("busy", Code.ResourceExhausted, undefined, [
      { desc: ErrorInfoSchema, value: { reason: "OVERLOADED" } },
      { desc: RetryInfoSchema, value: { retryDelay: { nanos: 20_000_000 } } },
    ]);
  }
  return { recommendations: [{ itemId: "a", score: 0.5 }], requestId: request.requestId };
}

before(async () => {
  server = await serve((router) => {
    router.service(RecommendationService, { recommend });
  });
});
after(() => server.close());

const transports: Record<string, () => TransportFactory> = {
  Connect: () => connectTransport(),
  "gRPC-Web": () => grpcWebTransport(),
  "Connect on Node's HTTP": () => nodeTransport({ httpVersion: "1.1" }),
  "gRPC-Web on Node's HTTP": () => nodeTransport({ protocol: "grpc-web", httpVersion: "1.1" }),
};

for (const [name, transport] of Object.entries(transports)) {
  const client = () =>
    new Client({ endpoint: `${server.url}/`, transport: transport(), cache: false });

  test(`${name} carries a call, its headers and what is left of its deadline`, async () => {
    const reply = await client().recommendations.recommend({ requestId: "r" });
    assert.deepEqual([reply.requestId, reply.recommendations[0]?.score], ["r", 0.5]);
    assert.equal(callInfo(reply)?.requestId, "given by the server");
    assert.equal(seen?.requestHeader.get("x-shortlist-attempt"), "1");
    assert.match(seen?.requestHeader.get("x-shortlist-client") ?? "", /^sdk\/typescript\//);
    const left = seen?.timeoutMs() ?? 0;
    assert.ok(left > 1_000 && left <= 2_000, `${left} ms left`);
  });

  test(`${name} carries errors with their details`, async () => {
    const error = await rejection(client().recommendations.recommend({ filter: "bad" }));
    assert.ok(error instanceof InvalidFilterError);
    assert.equal(error.message, "no such attribute");
    assert.deepEqual(error.metadata, { at: "3" });
    assert.deepEqual(error.fieldViolations, [{ field: "filter", description: "é" }]);
    assert.equal(error.requestId, "given by the server");
  });

  test(`${name} waits as the server asks and tries again`, async () => {
    attempts = 0;
    const reply = await client().recommendations.recommend({ filter: "busy" });
    assert.equal(callInfo(reply)?.attempts, 3);
  });

  test(`${name} ends at the deadline and by cancellation`, async () => {
    const slow = { filter: "slow" };
    const late = await rejection(client().recommendations.recommend(slow, { deadlineMs: 80 }));
    assert.ok(late instanceof DeadlineExceededError, String(late));
    const { signal } = seen ?? assert.fail();
    const controller = new AbortController();
    const call = client().recommendations.recommend(slow, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    assert.ok((await rejection(call)) instanceof CancelledError);
    await sleep(50);
    assert.ok(signal.aborted);
  });

  test(`${name} says when there is no server`, async () => {
    const nobody = new Client({ endpoint: "http://127.0.0.1:9", transport: transport() });
    const error = await rejection(nobody.recommendations.recommend({}));
    assert.ok(error instanceof ShortlistError);
    assert.equal(error.code, "UNAVAILABLE");
  });
}

test("fetch refuses to stream requests", async () => {
  const client = new Client({ endpoint: server.url });
  const stream = client.events.streamEvents((async function* () {})());
  const error = await rejection(stream.next());
  assert.ok(error instanceof ShortlistError);
  assert.equal(error.code, "UNIMPLEMENTED");
});

test("Node's HTTP streams in both directions", async () => {
  const streaming = await serveHttp2((router) => {
    router.service(EventService, {
      async *streamEvents(requests) {
        for await (const { event } of requests) {
          yield { result: { eventId: event?.eventId ?? "" } };
        }
      },
    });
  });
  const client = new Client({ endpoint: streaming.url, transport: nodeTransport() });
  const answered: string[] = [];
  async function* events() {
    yield { event: { eventId: "a" } };
    // The second is sent only when the first is answered.
    while (answered.length === 0) {
      await sleep(5);
    }
    yield { event: { eventId: "b" } };
  }
  for await (const { result } of client.events.streamEvents(events())) {
    answered.push(result?.eventId ?? "");
  }
  assert.deepEqual(answered, ["a", "b"]);
  await streaming.close();
});

test("a reply that is no reply of ours is an error with the HTTP status", async () => {
  const fetch = async () =>
    new Response("<html>", { status: 503, headers: { "retry-after": "1" } });
  const client = new Client({ endpoint: "", transport: connectTransport({ fetch }) });
  const error = await rejection(client.recommendations.recommend({}, { retry: false }));
  assert.ok(error instanceof ShortlistError);
  assert.deepEqual([error.code, error.retryDelayMs], ["UNAVAILABLE", 1_000]);
  assert.match(error.message, /503/);
});

test("a reply of another content type is an error, whatever its body", async () => {
  const empty = Uint8Array.of(0, 0, 0, 0, 0);
  const end = new TextEncoder().encode("grpc-status: 0\r\n");
  const body = Uint8Array.of(...empty, 0x80, 0, 0, 0, end.length, ...end);
  const answering = (type: string) => {
    const fetch = async () => new Response(body, { headers: { "content-type": type } });
    const client = new Client({ endpoint: "", transport: grpcWebTransport({ fetch }) });
    return client.recommendations.recommend({}, { retry: false });
  };
  await answering("application/grpc-web+proto");
  await answering("application/grpc-web");
  const error = await rejection(answering("text/html"));
  assert.ok(error instanceof ShortlistError);
  assert.equal(error.code, "UNKNOWN");
});

test("on Node's HTTP a connection that is reset is a server that can't be reached", async () => {
  const resetting = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.resetAndDestroy());
  });
  await new Promise<void>((resolve) => resetting.listen(0, "127.0.0.1", resolve));
  const { port } = resetting.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new Client({ endpoint, transport: nodeTransport({ protocol: "grpc" }) });
  const error = await rejection(client.recommendations.recommend({}, { deadlineMs: 10_000 }));
  assert.ok(error instanceof ShortlistError);
  assert.equal(error.code, "UNAVAILABLE", String(error));
  resetting.close();
});

test("on Node's HTTP what is in headers and trailers is read once", async () => {
  const failing = await serveHttp2((router) => {
    router.service(RecommendationService, {
      recommend(_, context) {
        context.responseHeader.set("x-request-id", "r1");
        context.responseTrailer.set("x-request-id", "r1");
        throw new ConnectError("no", Code.NotFound);
      },
    });
  });
  const transport = nodeTransport({ protocol: "grpc" });
  const client = new Client({ endpoint: failing.url, transport });
  const error = await rejection(client.recommendations.recommend({}));
  assert.ok(error instanceof ShortlistError);
  assert.deepEqual([error.code, error.requestId], ["NOT_FOUND", "r1"]);
  await failing.close();
});
