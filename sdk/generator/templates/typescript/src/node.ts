import type { DescMessage, DescMethod } from "@bufbuild/protobuf";
import type { Transport as ConnectTransport } from "@connectrpc/connect";
import { Code as ConnectCode, ConnectError } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import type { AnyMessage } from "./core/call.js";
import { codeOf, Failure } from "./core/status.js";
import type {
  Transport,
  TransportCall,
  TransportFactory,
  TransportReply,
} from "./core/transport.js";

/** Options of a transport of Node. */
export interface NodeTransportOptions {
  /** Absent: `connect`. */
  readonly protocol?: "connect" | "grpc-web" | "grpc";
  /** `1.1` for servers that know no HTTP/2; it carries no streams in both directions. */
  readonly httpVersion?: "1.1" | "2";
}

/**
 * Return a transport on Node's own HTTP, which carries every kind of stream. Needs
 * `@connectrpc/connect` and `@connectrpc/connect-node`.
 */
export function nodeTransport(options: NodeTransportOptions = {}): TransportFactory {
  const { protocol = "connect", httpVersion = "2" } = options;
  return (endpoint) => {
    const settings = { baseUrl: endpoint, httpVersion, useBinaryFormat: true } as const;
    switch (protocol) {
      case "grpc":
        return fromConnect(createGrpcTransport({ baseUrl: endpoint, useBinaryFormat: true }));
      case "grpc-web":
        return fromConnect(createGrpcWebTransport(settings));
      case "connect":
        return fromConnect(createConnectTransport(settings));
    }
  };
}

/** Return a transport that uses one of Connect's. */
export function fromConnect(inner: ConnectTransport): Transport {
  return new ConnectAdapter(inner);
}

class ConnectAdapter implements Transport {
  readonly #inner: ConnectTransport;

  constructor(inner: ConnectTransport) {
    this.#inner = inner;
  }

  async unary(call: TransportCall<AnyMessage>): Promise<TransportReply> {
    const { method, signal, timeoutMs, metadata, request } = call;
    try {
      const desc = method as DescMethod & { methodKind: "unary" };
      const reply = await this.#inner.unary(desc, signal, timeoutMs, metadata, request);
      return { message: reply.message, metadata: merged(reply.header, reply.trailer) };
    } catch (cause) {
      throw failureOf(cause, signal);
    }
  }

  async *stream(call: TransportCall<AsyncIterable<AnyMessage>>): AsyncGenerator<AnyMessage> {
    const { method, signal, timeoutMs, metadata, request } = call;
    try {
      const desc = method as DescMethod & { methodKind: "bidi_streaming" };
      const reply = await this.#inner.stream<DescMessage, DescMessage>(
        desc,
        signal,
        timeoutMs,
        metadata,
        request,
      );
      yield* reply.message;
    } catch (cause) {
      throw failureOf(cause, signal);
    }
  }
}

function merged(header: Headers, trailer: Headers): Headers {
  const both = new Headers(header);
  for (const [name, value] of trailer) {
    both.set(name, value);
  }
  return both;
}

function failureOf(cause: unknown, signal: AbortSignal): Failure {
  const error = ConnectError.from(cause);
  const details = error.details.flatMap((each) =>
    "value" in each && each.value instanceof Uint8Array
      ? [{ type: (each as { type: string }).type, value: each.value }]
      : [],
  );
  const metadata = undoubled(error.metadata);
  // Only an answer has headers: without any the server was not reached, or the connection broke.
  const isTransport = isBroken(error.code, signal) && [...metadata].length === 0;
  const code = isTransport ? "UNAVAILABLE" : codeOf(error.code);
  return new Failure(code, error.rawMessage, { details, metadata, isTransport, cause });
}

// What Connect makes of Node's errors of connections, whose streams are cancelled or aborted.
const BROKEN = [ConnectCode.Unavailable, ConnectCode.Aborted, ConnectCode.Canceled];

function isBroken(code: ConnectCode, signal: AbortSignal): boolean {
  return BROKEN.includes(code) && !signal.aborted;
}

/** Connect appends trailers to headers: what is in both is there twice. */
function undoubled(metadata: Headers): Headers {
  const once = new Headers();
  for (const [name, value] of metadata) {
    const half = value.slice(0, (value.length - 2) / 2);
    once.set(name, value === `${half}, ${half}` ? half : value);
  }
  return once;
}
