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
      throw failureOf(cause);
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
      throw failureOf(cause);
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

function failureOf(cause: unknown): Failure {
  const error = ConnectError.from(cause);
  const details = error.details.flatMap((each) =>
    "value" in each && each.value instanceof Uint8Array
      ? [{ type: (each as { type: string }).type, value: each.value }]
      : [],
  );
  // Only an answer has headers: without any the server was not reached.
  const isTransport = error.code === ConnectCode.Unavailable && [...error.metadata].length === 0;
  return new Failure(codeOf(error.code), error.rawMessage, {
    details,
    metadata: error.metadata,
    isTransport,
    cause,
  });
}
