import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidRequestError, ItemNotFoundError, ShortlistError } from "@shortlist/sdk";
import { ErrorInfoSchema } from "@shortlist/sdk/google/rpc";
import type { MockErrorInit } from "@shortlist/sdk/testing";
import { mockError } from "@shortlist/sdk/testing";
import { CatalogService } from "@shortlist/sdk/v1";
import { mocked, rejection } from "../support/world.js";

async function errorOf(init: MockErrorInit): Promise<ShortlistError> {
  const { mock, client } = mocked();
  mock.on(CatalogService.method.getItem, mockError(init));
  return (await rejection(client.catalog.getItem({ name: "items/i" }))) as ShortlistError;
}

test("each reason has a class of its own", async () => {
  const error = await errorOf({
    code: "NOT_FOUND",
    reason: "ITEM_NOT_FOUND",
    message: "no such item",
    metadata: { item: "i" },
    headers: { "x-request-id": "r1" },
  });
  assert.ok(error instanceof ItemNotFoundError);
  assert.ok(error instanceof ShortlistError);
  assert.equal(error.name, "ItemNotFoundError");
  assert.equal(error.message, "no such item");
  assert.equal(error.code, "NOT_FOUND");
  assert.equal(error.requestId, "r1");
  assert.deepEqual(error.metadata, { item: "i" });
  assert.equal(error.detail(ErrorInfoSchema)?.domain, "shortlist");
});

test("the fields that were refused are named", async () => {
  const violation = { field: "page_size", description: "must be at most 200" };
  const error = await errorOf({
    code: "INVALID_ARGUMENT",
    reason: "INVALID_REQUEST",
    fieldViolations: [violation],
  });
  assert.ok(error instanceof InvalidRequestError);
  assert.deepEqual(error.fieldViolations, [violation]);
});

test("a reason that is not known keeps its text", async () => {
  const error = await errorOf({ code: "ABORTED", reason: "FROM_THE_FUTURE" });
  assert.equal(error.constructor, ShortlistError);
  assert.deepEqual([error.code, error.reason], ["ABORTED", "FROM_THE_FUTURE"]);
});

test("an error without details has the request id that was sent", async () => {
  const error = await errorOf({ code: "INTERNAL" });
  assert.deepEqual([error.code, error.reason, error.requestId], ["INTERNAL", "", "id-1"]);
});
