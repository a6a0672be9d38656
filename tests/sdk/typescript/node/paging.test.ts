import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListItemsRequest } from "@shortlist/sdk/v1";
import { CatalogService } from "@shortlist/sdk/v1";
import { mocked } from "../support/world.js";

const { listItems } = CatalogService.method;

function threePages() {
  const world = mocked();
  world.mock.on(listItems, (request: ListItemsRequest) => {
    const page = Number(request.pageToken || "0");
    const items = [1, 2].map((each) => ({ name: `items/${page}${each}` }));
    return { items: page === 1 ? [] : items, nextPageToken: page < 2 ? String(page + 1) : "" };
  });
  return world;
}

test("a list yields the items of all pages, an empty one among them", async () => {
  const { mock, client } = threePages();
  const items = await client.catalog.listItemsAll({ filter: "f" }).toArray();
  assert.deepEqual(
    items.map((each) => each.name),
    ["items/01", "items/02", "items/21", "items/22"],
  );
  const requests = mock.calls.map((each) => each.request as ListItemsRequest);
  assert.deepEqual(
    requests.map(({ filter, pageToken }) => [filter, pageToken]),
    [
      ["f", ""],
      ["f", "1"],
      ["f", "2"],
    ],
  );
  const keys = new Set(mock.calls.map((each) => each.metadata.get("idempotency-key")));
  assert.equal(keys.size, 3);
});

test("pages are fetched only when they are read", async () => {
  const { mock, client } = threePages();
  const list = client.catalog.listItemsAll();
  assert.equal(mock.calls.length, 0);
  for await (const item of list) {
    assert.equal(item.name, "items/01");
    break;
  }
  assert.equal(mock.calls.length, 1);
  assert.equal((await client.catalog.listItemsAll({}, { maxItems: 2 }).toArray()).length, 2);
  assert.equal(mock.calls.length, 2);
});

test("a list goes on from a token", async () => {
  const { client } = threePages();
  const list = client.catalog.listItemsAll();
  for await (const page of list.pages()) {
    assert.equal(page.items.length, 2);
    break;
  }
  assert.equal(list.nextPageToken, "1");
  const rest = await client.catalog.listItemsAll({ pageToken: list.nextPageToken }).toArray();
  assert.equal(rest.length, 2);
});
