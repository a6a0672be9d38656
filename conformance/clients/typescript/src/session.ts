import type { DescMethod, JsonValue } from "@bufbuild/protobuf";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import type { AnyMessage, CallInfo, CallOptions } from "@shortlist/sdk";
import { Client, ShortlistError } from "@shortlist/sdk";
import { messageOf, methodOf, pagerOf, read, streamOf, unaryOf, written } from "./contract.js";
import { errorOf } from "./errors.js";
import { close, EventTally, enqueue, flush } from "./events.js";
import type { Platform } from "./opening.js";
import { clientOptions, queueOptions, until } from "./opening.js";
import type { Outcome, Step, TestRequest } from "./protocol.js";
import { Unsupported } from "./protocol.js";
import { LastSlate } from "./slate.js";

/** Does the steps of one test on one client. */
export class Session {
  readonly #request: TestRequest;
  readonly #platform: Platform;
  #opened: { readonly client: Client; readonly tally: EventTally } | undefined;
  #slate: LastSlate | undefined;
  #isOver = false;

  constructor(request: TestRequest, platform: Platform) {
    this.#request = request;
    this.#platform = platform;
  }

  /** Throw {@link Unsupported} if the SDK lacks what a step needs; nothing is sent. */
  requireSupported(): void {
    // Never used: the client that the steps share is opened by the first of them.
    const client = new Client(clientOptions(this.#request, this.#platform));
    for (const step of this.#request.steps ?? []) {
      const why = this.#platform.lacks[step.do];
      if (why) {
        throw new Unsupported(why);
      }
      if (!(step.do in this.#actions)) {
        throw new Unsupported(`${step.do} is not known`);
      }
      if (step.do !== "encode" && step.method) {
        this.#requireMethod(client, step.do, methodOf(step.method));
      }
    }
  }

  /** Do a step and say what came of it. */
  async outcome(step: Step): Promise<Outcome> {
    const started = performance.now();
    let outcome: Outcome;
    try {
      const action = this.#actions[step.do];
      outcome = action ? await action(step) : { error: { code: "UNIMPLEMENTED" } };
    } catch (error) {
      outcome = { error: errorOf(error) };
    }
    return { ...outcome, elapsed_ms: Math.round(performance.now() - started) };
  }

  /** Drop the client: what waits in it is not sent, to nobody's server or to that of another test. */
  end(): void {
    this.#isOver = true;
  }

  #requireMethod(client: Client, action: string, method: DescMethod): void {
    const isUnary = method.methodKind === "unary";
    switch (action) {
      case "paginate_all":
        pagerOf(client, method);
        return;
      case "stream":
        streamOf(client, method);
        if (!this.#platform.hasRequestStreams && method.methodKind !== "server_streaming") {
          throw new Unsupported("fetch sends no streams of requests");
        }
        return;
      default:
        unaryOf(client, method);
        if (!isUnary) {
          throw new Unsupported(`${method.name} streams`);
        }
    }
  }

  readonly #actions: Readonly<Record<string, (step: Step) => Promise<Outcome>>> = {
    call: (step) => ((step.times ?? 0) > 1 ? this.#callTogether(step) : this.#call(step)),

    cancel_after: async (step) => {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), step.after_ms ?? 0);
      try {
        return await this.#call(step, { signal: controller.signal });
      } finally {
        clearTimeout(timer);
      }
    },

    paginate_all: async (step) => {
      const method = methodOf(step.method ?? "");
      const request = read(method.input, step.request ?? {});
      const options = {
        ...this.#callOptions(step),
        ...(step.max_items ? { maxItems: step.max_items } : {}),
      };
      const items: JsonValue[] = [];
      try {
        for await (const item of pagerOf(this.#client, method)(request, options)) {
          items.push(jsonOf(item));
        }
      } catch (error) {
        return { reply: { items }, error: errorOf(error) };
      }
      return { reply: { items } };
    },

    stream: async (step) => {
      const method = methodOf(step.method ?? "");
      const given = Array.isArray(step.request) ? step.request : [step.request ?? {}];
      async function* requests() {
        yield* given.map((each) => read(method.input, each));
      }
      const replies: JsonValue[] = [];
      for await (const reply of streamOf(this.#client, method)(
        requests(),
        this.#callOptions(step),
      )) {
        replies.push(written(method.output, reply));
      }
      return { reply: { replies } };
    },

    enqueue_events: async (step) => {
      await enqueue(this.#client, step.request ?? []);
      return { reply: {} };
    },

    flush: async () => {
      const { client, tally } = this.#open();
      await flush(client);
      return { reply: await tally.outcome(client) };
    },

    send_events_then_flush: async (step) => {
      await enqueue(this.#client, step.request ?? []);
      return this.outcome({ do: "flush" });
    },

    close: async () => {
      const { client } = this.#open();
      this.#opened = undefined;
      await close(client);
      return { reply: {} };
    },

    // What an earlier run left is found when the next one opens its queue.
    kill_and_restart: async () => {
      await this.#client.events.queue.start();
      return { reply: {} };
    },

    background: async () => {
      Object.defineProperty(document, "visibilityState", { configurable: true, value: "hidden" });
      document.dispatchEvent(new Event("visibilitychange"));
      return { reply: {} };
    },

    shown: async (step) => {
      const slate = this.#lastSlate();
      await slate.tracker(this.#client).shown(slate.item(positionOf(step)));
      return { reply: {} };
    },

    clicked: async (step) => {
      const slate = this.#lastSlate();
      await slate.tracker(this.#client).clicked(slate.item(positionOf(step)));
      return { reply: {} };
    },

    wait: async (step) => {
      await new Promise((resolve) => setTimeout(resolve, step.after_ms ?? 0));
      return { reply: {} };
    },

    encode: async (step): Promise<Outcome> => {
      const kind = messageOf(step.method ?? "");
      if (!kind) {
        return { reply: {} };
      }
      try {
        const json = (step.request as { json?: JsonValue } | undefined)?.json;
        const message =
          json === undefined
            ? fromBinary(kind, base64Decode(step.request_bytes?.[0] ?? ""))
            : read(kind, json);
        return { reply: { json: written(kind, message), hex: hexOf(toBinary(kind, message)) } };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return { error: { code: "INVALID_ARGUMENT", message } };
      }
    },
  };

  async #call(step: Step, more: CallOptions = {}): Promise<Outcome> {
    const method = methodOf(step.method ?? "");
    const request = read(method.input, step.request ?? {});
    let info: CallInfo | undefined;
    const onInfo = (told: CallInfo) => {
      info = told;
    };
    const options = { ...this.#callOptions(step), ...more, onInfo };
    const reply = await unaryOf(this.#client, method)(request, options);
    this.#slate = new LastSlate(method, request, reply);
    return { reply: written(method.output, reply), ...(info ? { info: infoOf(info) } : {}) };
  }

  async #callTogether(step: Step): Promise<Outcome> {
    const times = step.times ?? 0;
    const done = await Promise.allSettled(Array.from({ length: times }, () => this.#call(step)));
    const failures = done.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    for (const failure of failures) {
      if (!(failure instanceof ShortlistError)) {
        throw failure;
      }
    }
    const failed = failures.length;
    return { reply: { succeeded: times - failed, failed } };
  }

  get #client(): Client {
    return this.#open().client;
  }

  #open() {
    if (!this.#opened) {
      const tally = new EventTally();
      const queue = { ...queueOptions(this.#request.options?.event_queue), ...tally.options };
      const options = clientOptions(this.#request, this.#platform);
      const transport = until(() => this.#isOver, options.transport);
      const client = new Client({ ...options, transport, queue });
      this.#opened = { client, tally };
    }
    return this.#opened;
  }

  #lastSlate(): LastSlate {
    if (!this.#slate) {
      throw new Error("no slate was asked for");
    }
    return this.#slate;
  }

  #callOptions(step: Step): CallOptions {
    return {
      ...(step.timeout_ms ? { deadlineMs: step.timeout_ms } : {}),
      ...(step.idempotency_key ? { idempotencyKey: step.idempotency_key } : {}),
      ...(step.metadata ? { metadata: step.metadata } : {}),
      ...(this.#request.options?.retry === false ? { retry: false } : {}),
    };
  }
}

function infoOf(info: CallInfo): Record<string, unknown> {
  const { attempts, fromCache, isStale, requestId } = info;
  return { attempts, from_cache: fromCache, is_stale: isStale, request_id: requestId };
}

function jsonOf(message: AnyMessage): JsonValue {
  const kind = messageOf(message.$typeName);
  if (!kind) {
    throw new TypeError(`the SDK has no ${message.$typeName}`);
  }
  return written(kind, message);
}

function positionOf(step: Step): number {
  return (step.request as { position?: number } | undefined)?.position ?? 0;
}

function hexOf(data: Uint8Array): string {
  return Array.from(data, (each) => each.toString(16).padStart(2, "0")).join("");
}
