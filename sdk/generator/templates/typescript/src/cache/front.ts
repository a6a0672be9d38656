import type { DescMessage } from "@bufbuild/protobuf";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { AnyMessage } from "../core/call.js";
import type { Environment } from "../core/environment.js";
import type { CachePolicy, MethodInfo } from "../core/policy.js";
import { methodName } from "../core/policy.js";
import { ApiError } from "../errors.js";
import type { CacheSettings, ReplyCache } from "./reply_cache.js";

/** Options of the kept replies. */
export interface CacheOptions {
  /** Most replies; the one that was not used for longest goes first. 100 unless set. */
  readonly maxEntries?: number;
}

/** A call whose reply may be kept. */
export interface CacheableCall {
  readonly method: MethodInfo;
  readonly policy: CachePolicy;
  readonly request: AnyMessage;
  /** Ask the server even if a fresh reply is kept. */
  readonly isRefresh: boolean;
}

/** A reply, and whether it was kept. */
export interface CachedReply {
  readonly reply: AnyMessage;
  readonly fromCache: boolean;
  readonly isStale: boolean;
}

/** Loads the cache when the first reply comes that may be kept, and not with the page. */
export class ReplyCacheFront {
  readonly #options: CacheOptions;
  readonly #environment: Environment;
  #cache: ReplyCache | undefined;
  #loading: Promise<void> | undefined;

  constructor(options: CacheOptions | undefined, environment: Environment) {
    this.#options = options ?? {};
    this.#environment = environment;
  }

  /** Return a kept reply, or the server's, which is kept. */
  async answer(call: CacheableCall, ask: () => Promise<AnyMessage>): Promise<CachedReply> {
    if (this.#cache) {
      return this.#cache.answer(call, ask);
    }
    // Nothing is kept yet, so the call need not wait for the code.
    this.#loading ??= this.#load();
    const reply = await ask();
    await this.#loading;
    (this.#cache as ReplyCache | undefined)?.keep(call, reply);
    return { reply, fromCache: false, isStale: false };
  }

  /** Forget everything. */
  clear(): void {
    this.#cache?.clear();
  }

  async #load(): Promise<void> {
    try {
      const { ReplyCache } = await import("./reply_cache.js");
      this.#cache = new ReplyCache(this.#settings());
    } catch {
      // Without the code there is no cache; a later call tries again.
      this.#loading = undefined;
    }
  }

  #settings(): CacheSettings {
    return {
      maxEntries: this.#options.maxEntries ?? 100,
      now: this.#environment.now,
      nameOf: ({ method }) => methodName(method.desc),
      copyOf: ({ method }, reply) => copyOf(method.desc.output, reply),
      isUnreachable,
    };
  }
}

/** The server said that it can't, or nothing at all. */
function isUnreachable(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    (error.code === "UNAVAILABLE" || (error.code === "DEADLINE_EXCEEDED" && error.reason === ""))
  );
}

/** What a page has loaded anyway; cloning field by field would be more code. */
function copyOf(schema: DescMessage, reply: AnyMessage): AnyMessage {
  return fromBinary(schema, toBinary(schema, reply));
}
