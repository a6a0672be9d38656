import type { DescMessage, DescMethod, MessageShape } from "@bufbuild/protobuf";
import { fromBinary } from "@bufbuild/protobuf";
import type { AnyMessage } from "../core/call.js";
import { Failure } from "../core/status.js";

/** Return a reply's message; what is none is the server's fault. */
export function parse<T extends DescMessage>(schema: T, data: Uint8Array): MessageShape<T> {
  try {
    return fromBinary(schema, data);
  } catch (cause) {
    throw new Failure("INTERNAL", `the reply is no ${schema.typeName}`, { cause });
  }
}

/** Return the one request of a stream; `fetch` can't send more before it gets a reply. */
export async function single(
  method: DescMethod,
  requests: AsyncIterable<AnyMessage>,
): Promise<AnyMessage> {
  if (method.methodKind !== "server_streaming") {
    throw new Failure("UNIMPLEMENTED", `${method.name}: fetch can't stream requests`);
  }
  for await (const request of requests) {
    return request;
  }
  throw new Failure("INVALID_ARGUMENT", `${method.name} needs a request`);
}
