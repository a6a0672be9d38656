import { Failure } from "../core/status.js";
import { broken } from "./fetching.js";

/** One message of a stream, with the flags that precede it. */
export interface Frame {
  readonly flags: number;
  readonly data: Uint8Array;
}

const PREFIX_BYTES = 5;
const COMPRESSED = 0x01;

/** Return a message as gRPC-Web and Connect streams carry it: flags, length, data. */
export function envelope(data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(PREFIX_BYTES + data.byteLength);
  new DataView(framed.buffer).setUint32(1, data.byteLength);
  framed.set(data, PREFIX_BYTES);
  return framed;
}

/** Yield the messages of a body as they arrive. */
export async function* frames(response: Response): AsyncGenerator<Frame, void, undefined> {
  const reader = response.body?.getReader();
  let buffer = new Uint8Array();
  try {
    while (reader) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw broken(cause);
      });
      if (done) {
        break;
      }
      buffer = joined(buffer, value);
      for (let frame = first(buffer); frame; frame = first(buffer)) {
        buffer = buffer.subarray(PREFIX_BYTES + frame.data.byteLength);
        yield frame;
      }
    }
  } finally {
    // Whoever stops reading early lets go of the connection.
    void reader?.cancel().catch(() => {});
  }
  if (buffer.byteLength > 0) {
    throw new Failure("UNAVAILABLE", "the reply is incomplete", { isTransport: true });
  }
}

function first(buffer: Uint8Array): Frame | undefined {
  if (buffer.byteLength < PREFIX_BYTES) {
    return undefined;
  }
  const length = new DataView(buffer.buffer, buffer.byteOffset).getUint32(1);
  if (buffer.byteLength < PREFIX_BYTES + length) {
    return undefined;
  }
  const flags = buffer[0] ?? 0;
  if (flags & COMPRESSED) {
    throw new Failure("INTERNAL", "the server compressed a message that should not be");
  }
  return { flags, data: buffer.subarray(PREFIX_BYTES, PREFIX_BYTES + length) };
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(left.byteLength + right.byteLength);
  both.set(left);
  both.set(right, left.byteLength);
  return both;
}
