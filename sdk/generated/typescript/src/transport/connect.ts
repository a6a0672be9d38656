import { toBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import type { AnyMessage } from "../core/call.js";
import type { Code, ErrorDetail } from "../core/status.js";
import { CODES, codeOf, codeOfHttp, Failure } from "../core/status.js";
import type {
  Transport,
  TransportCall,
  TransportFactory,
  TransportReply,
} from "../core/transport.js";
import { envelope, frames } from "./envelope.js";
import type { FetchOptions } from "./fetching.js";
import { bodyOf, isOf, post, urlOf } from "./fetching.js";
import { parse, single } from "./messages.js";

const END_OF_STREAM = 0x02;

/**
 * Return a transport that speaks the Connect protocol through `fetch`, in browsers and elsewhere.
 * Of streams it carries those of replies; others need a transport of Node.
 */
export function connectTransport(options: FetchOptions = {}): TransportFactory {
  return (endpoint) => new ConnectTransport(endpoint, options);
}

class ConnectTransport implements Transport {
  readonly #endpoint: string;
  readonly #options: FetchOptions;

  constructor(endpoint: string, options: FetchOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
  }

  async unary(call: TransportCall<AnyMessage>): Promise<TransportReply> {
    const { method, request } = call;
    const body = toBinary(method.input, request);
    const response = await this.#post(call, "application/proto", body);
    if (!response.ok || !isOf(response, "application/proto")) {
      throw await failureOf(response);
    }
    const message = parse(method.output, await bodyOf(response));
    return { message, metadata: response.headers };
  }

  async *stream(call: TransportCall<AsyncIterable<AnyMessage>>): AsyncGenerator<AnyMessage> {
    const { method } = call;
    const request = await single(method, call.request);
    const body = envelope(toBinary(method.input, request));
    const response = await this.#post(call, "application/connect+proto", body);
    if (!response.ok || !isOf(response, "application/connect+proto")) {
      throw await failureOf(response);
    }
    for await (const { flags, data } of frames(response)) {
      if (flags & END_OF_STREAM) {
        const { error } = JSON.parse(new TextDecoder().decode(data)) as { error?: WireError };
        if (error) {
          throw failure(error, "UNKNOWN", response.headers);
        }
        return;
      }
      yield parse(method.output, data);
    }
    throw new Failure("UNAVAILABLE", "the stream broke off", { isTransport: true });
  }

  #post(call: TransportCall<unknown>, type: string, body: Uint8Array): Promise<Response> {
    const headers = new Headers(call.metadata);
    headers.set("content-type", type);
    headers.set("connect-protocol-version", "1");
    if (call.timeoutMs !== undefined) {
      headers.set("connect-timeout-ms", String(call.timeoutMs));
    }
    const { method, signal, keepalive } = call;
    const url = urlOf(this.#endpoint, method.parent.typeName, method.name);
    return post({ url, headers, body, signal, keepalive }, this.#options);
  }
}

/** An error as Connect writes it; a number as code is that of a proxy's `google.rpc.Status`. */
interface WireError {
  readonly code?: string | number;
  readonly message?: string;
  readonly details?: readonly { readonly type?: string; readonly value?: string }[];
}

async function failureOf(response: Response): Promise<Failure> {
  const fallback = codeOfHttp(response.status);
  let error: WireError = {};
  try {
    error = JSON.parse(new TextDecoder().decode(await bodyOf(response))) as WireError;
  } catch {
    // Not every proxy answers in JSON; the HTTP status says enough.
  }
  const message = error.message || `HTTP status ${response.status}`;
  return failure({ ...error, message }, fallback, response.headers);
}

function failure(error: WireError, fallback: Code, metadata: Headers): Failure {
  const details = (error.details ?? []).flatMap(detail);
  return new Failure(code(error.code, fallback), error.message ?? "", { details, metadata });
}

function code(given: string | number | undefined, fallback: Code): Code {
  if (typeof given === "number") {
    return codeOf(given);
  }
  // Connect writes "canceled" where gRPC writes CANCELLED.
  const name = given?.toUpperCase().replace("CANCELED", "CANCELLED");
  return CODES.find((each) => each === name) ?? fallback;
}

function detail(given: { readonly type?: string; readonly value?: string }): ErrorDetail[] {
  try {
    return given.type ? [{ type: given.type, value: base64Decode(given.value ?? "") }] : [];
  } catch {
    return [];
  }
}
