import type { ClientOptions, Credentials, TransportFactory } from "@shortlist/sdk";
import { apiKey, bearer, connectTransport, Failure, grpcWebTransport } from "@shortlist/sdk";
import type { QueueLimits, Target, TestRequest } from "./protocol.js";
import { Unsupported } from "./protocol.js";

/** What the SDK offers on a platform. */
export interface Platform {
  readonly protocols: readonly string[];
  /** Return a transport; withStreams: one that carries those of requests, too. */
  transport(protocol: string, withStreams: boolean): TransportFactory;
  /** Steps that make no sense here, with the reason. */
  readonly lacks: Readonly<Record<string, string>>;
  /** Whether a stream of requests can be sent. */
  readonly hasRequestStreams: boolean;
}

/** Return a transport on `fetch`, which the SDK has everywhere. */
export function fetchTransport(protocol: string): TransportFactory {
  switch (protocol) {
    case "connect":
      return connectTransport();
    case "grpc-web":
      return grpcWebTransport();
    default:
      throw new Unsupported(`there is no transport for ${protocol}`);
  }
}

/** Return a transport that reaches nobody from some moment on. */
export function until(isOver: () => boolean, factory: TransportFactory): TransportFactory {
  return (endpoint) => {
    const inner = factory(endpoint);
    const require = () => {
      if (isOver()) {
        throw new Failure("UNAVAILABLE", "the test is over", { isTransport: true });
      }
    };
    return {
      async unary(call) {
        require();
        return inner.unary(call);
      },
      stream(call) {
        require();
        return inner.stream(call);
      },
    };
  };
}

/** Return the options that a test wants, beside those of the queue's callbacks. */
export function clientOptions(
  request: TestRequest,
  platform: Platform,
): Omit<ClientOptions, "transport"> & { readonly transport: TransportFactory } {
  const { target = {}, options = {}, steps = [] } = request;
  const { address = "", protocol = platform.protocols[0] ?? "" } = target;
  const credentials = credentialsOf(target);
  return {
    endpoint: address.includes("://") ? address : `http://${address}`,
    transport: platform.transport(
      protocol,
      steps.some((each) => each.do === "stream"),
    ),
    ...(credentials ? { credentials } : {}),
    ...(options.cache === false ? { cache: false } : {}),
    ...(options.random_seed === undefined
      ? {}
      : { environment: { random: seeded(options.random_seed) } }),
  };
}

/** Return the limits of the event queue as the SDK names them. */
export function queueOptions(limits: QueueLimits = {}) {
  const { max_events, max_bytes, max_age_ms, capacity } = limits;
  return {
    ...(max_events === undefined ? {} : { flushCount: max_events }),
    ...(max_bytes === undefined ? {} : { flushBytes: max_bytes }),
    ...(max_age_ms === undefined ? {} : { flushAgeMs: max_age_ms }),
    ...(capacity === undefined ? {} : { maxEvents: capacity }),
  };
}

function credentialsOf({ api_key, tokens = [] }: Partial<Target>): Credentials | undefined {
  if (api_key) {
    return apiKey(api_key);
  }
  if (tokens.length === 0) {
    return undefined;
  }
  const left = [...tokens];
  return bearer(async () => {
    // A provider asks somewhere: calls at the same time meet meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return (left.length > 1 ? left.shift() : left[0]) ?? "";
  });
}

/** Chance that a seed decides (Lehmer's multiplicative generator). */
function seeded(seed: number): () => number {
  const modulus = 2 ** 31 - 1;
  let state = (Math.abs(Math.trunc(seed)) % (modulus - 1)) + 1;
  return () => {
    state = (state * 16_807) % modulus;
    return state / modulus;
  };
}
