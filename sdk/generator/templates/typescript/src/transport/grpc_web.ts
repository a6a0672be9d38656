import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import type { AnyMessage } from "../core/call.js";
import { detailsOf } from "../core/error_details.js";
import type { ErrorDetail } from "../core/status.js";
import { codeOf, codeOfHttp, Failure } from "../core/status.js";
import type {
  Transport,
  TransportCall,
  TransportFactory,
  TransportReply,
} from "../core/transport.js";
import { StatusSchema } from "../gen/google/rpc/status_pb.js";
import { envelope, frames } from "./envelope.js";
import type { FetchOptions } from "./fetching.js";
import { isOf, post, urlOf } from "./fetching.js";
import { parse, single } from "./messages.js";

const TRAILERS = 0x80;
const TYPE = "application/grpc-web+proto";
// Without a suffix it means the same.
const TYPES = [TYPE, "application/grpc-web"];

/** Return a transport that speaks gRPC-Web through `fetch`, in browsers and elsewhere. */
export function grpcWebTransport(options: FetchOptions = {}): TransportFactory {
  return (endpoint) => new GrpcWebTransport(endpoint, options);
}

class GrpcWebTransport implements Transport {
  readonly #endpoint: string;
  readonly #options: FetchOptions;

  constructor(endpoint: string, options: FetchOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
  }

  async unary(call: TransportCall<AnyMessage>): Promise<TransportReply> {
    const metadata = new Headers();
    let message: AnyMessage | undefined;
    for await (const each of this.#exchange(call, call.request, metadata)) {
      message = each;
    }
    if (!message) {
      throw new Failure("INTERNAL", "the reply has no message", { metadata });
    }
    return { message, metadata };
  }

  async *stream(call: TransportCall<AsyncIterable<AnyMessage>>): AsyncGenerator<AnyMessage> {
    const request = await single(call.method, call.request);
    yield* this.#exchange(call, request, new Headers());
  }

  async *#exchange(
    call: TransportCall<unknown>,
    request: AnyMessage,
    metadata: Headers,
  ): AsyncGenerator<AnyMessage> {
    const { method } = call;
    const response = await this.#post(call, envelope(toBinary(method.input, request)));
    for (const [name, value] of response.headers) {
      metadata.set(name, value);
    }
    // A call that failed at once has its trailers as headers and no body.
    if (metadata.has("grpc-status")) {
      throwIfFailed(metadata);
    } else if (!response.ok || !TYPES.some((type) => isOf(response, type))) {
      throw new Failure(codeOfHttp(response.status), `HTTP status ${response.status}`, {
        metadata,
      });
    }
    for await (const { flags, data } of frames(response)) {
      if (flags & TRAILERS) {
        addTrailers(metadata, new TextDecoder().decode(data));
        throwIfFailed(metadata);
        return;
      }
      yield parse(method.output, data);
    }
    throw new Failure("UNAVAILABLE", "the reply broke off", { isTransport: true, metadata });
  }

  #post(call: TransportCall<unknown>, body: Uint8Array): Promise<Response> {
    const headers = new Headers(call.metadata);
    headers.set("content-type", TYPE);
    headers.set("x-grpc-web", "1");
    if (call.timeoutMs !== undefined) {
      headers.set("grpc-timeout", `${Math.min(call.timeoutMs, 99_999_999)}m`);
    }
    const { method, signal, keepalive } = call;
    const url = urlOf(this.#endpoint, method.parent.typeName, method.name);
    return post({ url, headers, body, signal, keepalive }, this.#options);
  }
}

function addTrailers(metadata: Headers, text: string): void {
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) {
      metadata.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    }
  }
}

function throwIfFailed(metadata: Headers): void {
  const status = Number(metadata.get("grpc-status") ?? "2");
  if (status !== 0) {
    const details = detailsIn(metadata.get("grpc-status-details-bin"));
    throw new Failure(codeOf(status), messageOf(metadata), { details, metadata });
  }
}

function messageOf(metadata: Headers): string {
  const text = metadata.get("grpc-message") ?? "";
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function detailsIn(header: string | null): ErrorDetail[] {
  try {
    return detailsOf(fromBinary(StatusSchema, base64Decode(header ?? "")));
  } catch {
    return [];
  }
}
