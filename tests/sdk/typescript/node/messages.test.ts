import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { DescMessage, JsonValue } from "@bufbuild/protobuf";
import { create, fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import * as v1 from "@shortlist/sdk/v1";

interface Vector {
  readonly name: string;
  readonly message: string;
  readonly proto: string;
  readonly json: JsonValue;
  readonly input?: JsonValue;
}

function vectors(file: string): Vector[] {
  const folder = process.env.SHORTLIST_VECTORS ?? assert.fail("SHORTLIST_VECTORS is not set");
  return JSON.parse(readFileSync(`${folder}/${file}`, "utf8")).vectors as Vector[];
}

function schemaOf({ message }: Vector): DescMessage {
  const name = `${message.replace("shortlist.v1.", "")}Schema`;
  return (v1 as unknown as Record<string, DescMessage>)[name] ?? assert.fail(name);
}

test("messages have the JSON that all languages share, 64-bit integers and times among it", () => {
  const all = vectors("canonical.json");
  assert.ok(all.length > 5);
  for (const vector of all) {
    const schema = schemaOf(vector);
    const message = fromBinary(schema, Buffer.from(vector.proto, "base64"));
    assert.deepEqual(toJson(schema, message), vector.json, vector.name);
    const read = fromJson(schema, vector.json);
    assert.deepEqual(toJson(schema, read), vector.json, vector.name);
  }
});

test("other JSON reads as the same messages", () => {
  for (const vector of vectors("lenient.json")) {
    const schema = schemaOf(vector);
    const read = fromJson(schema, vector.input ?? {}, { ignoreUnknownFields: true });
    assert.deepEqual(toJson(schema, read), vector.json, vector.name);
  }
});

test("a number beyond a double's keeps every digit", () => {
  const schema = v1.WriteEventResponseSchema;
  const offset = 9_007_199_254_740_993n;
  const message = fromBinary(schema, toBinary(schema, create(schema, { offset })));
  assert.equal(message.offset, offset);
  assert.deepEqual(toJson(schema, message), { offset: "9007199254740993" });
});

test("fields and values that are not known survive", () => {
  const known = create(v1.DegradationSchema, {
    component: "ranker",
    kind: 99 as v1.DegradationKind,
  });
  const writer = new BinaryWriter();
  writer.raw(toBinary(v1.DegradationSchema, known));
  const bytes = writer.tag(1_000, WireType.LengthDelimited).string("from later").finish();
  const read = fromBinary(v1.DegradationSchema, bytes);
  assert.equal(read.component, "ranker");
  assert.equal(read.kind, 99);
  assert.deepEqual(toBinary(v1.DegradationSchema, read), bytes);
});
