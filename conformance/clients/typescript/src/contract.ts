// What the SDK knows of the contract, by the names that cases use. A new method needs no change here.
import type { DescMessage, DescMethod, DescService, JsonValue } from "@bufbuild/protobuf";
import { createRegistry, fromJson, toJson } from "@bufbuild/protobuf";
import type { AnyMessage, CallOptions, Client, Paged, PagingOptions } from "@shortlist/sdk";
import * as rpc from "@shortlist/sdk/google/rpc";
import * as v1 from "@shortlist/sdk/v1";
import { Unsupported } from "./protocol.js";

type Described = Parameters<typeof createRegistry>[number];

/** All that the SDK has messages for. */
export const registry = createRegistry(
  ...[...Object.values<unknown>(v1), ...Object.values<unknown>(rpc)].filter(isDescribed),
);

function isDescribed(value: unknown): value is Described {
  const kind = (value as { kind?: string } | null)?.kind;
  return ["file", "message", "enum", "service"].includes(kind ?? "");
}

/** A service's methods as the SDK offers them. */
interface Facade {
  readonly [method: string]: unknown;
}

type Unary = (request: AnyMessage, options: CallOptions) => Promise<AnyMessage>;
type Stream = (
  requests: AsyncIterable<AnyMessage>,
  options: CallOptions,
) => AsyncIterable<AnyMessage>;
type Pager = (request: AnyMessage, options: PagingOptions) => Paged<AnyMessage, AnyMessage>;

/** Return a method of `package.Service/Method`. */
export function methodOf(name: string): DescMethod {
  const [service = "", method] = name.split("/");
  const found = registry.getService(service)?.methods.find((each) => each.name === method);
  if (!found) {
    throw new Unsupported(`the SDK has no ${name}`);
  }
  return found;
}

/** Return what the client offers for a method of one request and one reply. */
export function unaryOf(client: Client, method: DescMethod): Unary {
  return offered(client, method, method.localName) as Unary;
}

/** Return what the client offers for a method that streams. */
export function streamOf(client: Client, method: DescMethod): Stream {
  return offered(client, method, method.localName) as Stream;
}

/** Return what the client offers to iterate over all pages of a method. */
export function pagerOf(client: Client, method: DescMethod): Pager {
  return offered(client, method, `${method.localName}All`) as Pager;
}

function offered(client: Client, method: DescMethod, name: string): unknown {
  const facade = facadeOf(client, method.parent);
  const found = facade?.[name];
  if (typeof found !== "function") {
    throw new Unsupported(`the SDK has no ${name} of ${method.parent.typeName}`);
  }
  return found.bind(facade);
}

function facadeOf(client: Client, service: DescService): Facade | undefined {
  const names = service.methods.map((each) => each.localName);
  return (Object.values(client) as Facade[]).find((facade) =>
    names.every((name) => typeof facade[name] === "function"),
  );
}

/** Return a message by its full or its short name; undefined: the SDK has none. */
export function messageOf(name: string): DescMessage | undefined {
  for (const each of registry) {
    if (each.kind === "message" && (each.typeName === name || each.name === name)) {
      return each;
    }
  }
  return undefined;
}

/** Read a message from JSON. */
export function read(kind: DescMessage, json: JsonValue): AnyMessage {
  return fromJson(kind, json, { registry });
}

/** Return a message in JSON. */
export function written(kind: DescMessage, message: AnyMessage): JsonValue {
  return toJson(kind, message, { registry });
}
