import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/**
 * The details of `google.rpc` that every error is made of, read by their field numbers: generated
 * code for them would be a twentieth of what a page loads.
 */
export interface KnownDetails {
  reason?: string;
  metadata?: Record<string, string>;
  retryDelayMs?: number;
  requestId?: string;
  fieldViolations?: { field: string; description: string }[];
}

/** Read one detail into what is known; other types, and what can't be read, change nothing. */
export function readDetail(type: string, data: Uint8Array, into: KnownDetails): void {
  try {
    const message = fields(data);
    switch (type) {
      case "google.rpc.ErrorInfo":
        into.reason = text(message, 1);
        into.metadata = Object.fromEntries(
          messages(message, 3).map((entry) => [text(entry, 1), text(entry, 2)]),
        );
        return;
      case "google.rpc.RetryInfo": {
        const [delay] = messages(message, 1);
        into.retryDelayMs = delay ? number(delay, 1) * 1_000 + number(delay, 2) / 1e6 : 0;
        return;
      }
      case "google.rpc.RequestInfo":
        into.requestId = text(message, 1);
        return;
      case "google.rpc.BadRequest":
        into.fieldViolations = messages(message, 1).map((each) => ({
          field: text(each, 1),
          description: text(each, 2),
        }));
    }
  } catch {
    // A detail that can't be read is no reason to lose the error.
  }
}

type Fields = Map<number, (Uint8Array | number)[]>;

function fields(data: Uint8Array): Fields {
  const reader = new BinaryReader(data);
  const found: Fields = new Map();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const values = found.get(number) ?? [];
    found.set(number, values);
    if (wireType === WireType.LengthDelimited) {
      values.push(reader.bytes());
    } else if (wireType === WireType.Varint) {
      values.push(Number(reader.int64()));
    } else {
      reader.skip(wireType, number);
    }
  }
  return found;
}

function messages(message: Fields, number: number): Fields[] {
  return (message.get(number) ?? []).flatMap((each) =>
    typeof each === "number" ? [] : fields(each),
  );
}

function text(message: Fields, number: number): string {
  const value = message.get(number)?.at(-1);
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
}

function number(message: Fields, number: number): number {
  const value = message.get(number)?.at(-1);
  return typeof value === "number" ? value : 0;
}
