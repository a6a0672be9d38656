import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { EventService, RecommendationService } from "@shortlist/sdk/v1";
import type { Page } from "playwright-core";
import type {} from "../pages/harness.js";
import { noBrowser, Profile, withPage } from "../support/browser.js";
import { accepted } from "../support/events.js";
import type { FakeServer } from "../support/fake_server.js";
import { serve } from "../support/fake_server.js";

const skip = noBrowser;
let server: FakeServer;
let isAway = false;
/** How often each event arrived, by id. */
const arrived = new Map<string, number>();
let replies = 0;

before(async () => {
  server = await serve((router) => {
    router.service(EventService, {
      batchWriteEvents(request) {
        if (isAway) {
          throw new ConnectError("away", Code.Unavailable);
        }
        for (const { eventId } of request.events) {
          arrived.set(eventId, (arrived.get(eventId) ?? 0) + 1);
        }
        return accepted(request);
      },
    });
    router.service(RecommendationService, {
      recommend() {
        if (isAway) {
          throw new ConnectError("away", Code.Unavailable);
        }
        replies += 1;
        return { requestId: `r${replies}` };
      },
    });
  }, pages());
});
after(() => server.close());
beforeEach(() => {
  isAway = false;
  arrived.clear();
});

function pages() {
  const folder = process.env.SHORTLIST_PAGES ?? assert.fail("SHORTLIST_PAGES is not set");
  const files: Record<string, { type: string; content: string | Uint8Array }> = {
    "/": {
      type: "text/html",
      content: '<!doctype html><title>t</title><script type="module" src="/harness.js"></script>',
    },
    "/elsewhere": { type: "text/html", content: "<!doctype html><title>e</title>" },
  };
  for (const name of readdirSync(folder)) {
    files[`/${name}`] = { type: "text/javascript", content: readFileSync(`${folder}/${name}`) };
  }
  return files;
}

async function open(page: Page, query = ""): Promise<void> {
  await page.goto(`${server.url}/${query}`);
  await page.waitForFunction(() => window.harness !== undefined);
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waits = 0; !isSo() && waits < 100; waits += 1) {
    await sleep(50);
  }
  assert.ok(isSo());
}

test("events survive a browser that is killed, and arrive exactly once", { skip }, async () => {
  const profile = new Profile();
  const ids: string[] = [];
  try {
    const killed = await profile.open();
    const page = await killed.newPage();
    await open(page);
    isAway = true;
    for (let each = 0; each < 7; each += 1) {
      ids.push(await page.evaluate((item) => window.harness.enqueue(item), `i${each}`));
    }
    await profile.kill(killed);
    assert.equal(arrived.size, 0);

    isAway = false;
    const context = await profile.open();
    try {
      const next = await context.newPage();
      await open(next);
      await next.evaluate(() => window.harness.start());
      await until(() => arrived.size === ids.length);
      assert.equal(await next.evaluate(() => window.harness.flush()), "sent");
      // Nothing is left for a third start.
      await open(next);
      await next.evaluate(() => window.harness.start());
      await sleep(300);
    } finally {
      await context.close();
    }
  } finally {
    profile.remove();
  }
  assert.deepEqual([...arrived.keys()], ids);
  assert.deepEqual([...new Set(arrived.values())], [1]);
});

test("events are sent when the page is left", { skip }, async () => {
  await withPage({}, async (page) => {
    await open(page, "?age=600000");
    const id = await page.evaluate(() => window.harness.enqueue("i"));
    assert.equal(arrived.size, 0);
    await page.goto(`${server.url}/elsewhere`);
    await until(() => arrived.has(id));
  });
});

test("events are sent when the page is closed", { skip }, async () => {
  await withPage({}, async (page) => {
    const other = await page.context().newPage();
    await open(other, "?age=600000");
    const id = await other.evaluate(() => window.harness.enqueue("i"));
    await other.close({ runBeforeUnload: true });
    await until(() => arrived.has(id));
  });
});

test("a tab leaves the events of another that is alone", { skip }, async () => {
  await withPage({}, async (page) => {
    await open(page, "?age=600000");
    isAway = true;
    const id = await page.evaluate(() => window.harness.enqueue("i"));
    isAway = false;
    const other = await page.context().newPage();
    await open(other, "?age=600000");
    await other.evaluate(() => window.harness.start());
    await sleep(500);
    assert.equal(arrived.size, 0);
    assert.equal(await page.evaluate(() => window.harness.flush()), "sent");
    assert.equal(arrived.get(id), 1);
  });
});

test("a kept slate stands in while the server is away", { skip }, async () => {
  await withPage({}, async (page) => {
    await open(page);
    const recommend = (cache: "default" | "refresh") =>
      page.evaluate((mode) => window.harness.recommend(mode), cache);
    const first = await recommend("default");
    assert.equal(first.fromCache, false);
    const { requestId } = first;
    assert.deepEqual(await recommend("default"), { requestId, fromCache: true, isStale: false });
    isAway = true;
    const standIn = await recommend("refresh");
    assert.deepEqual([standIn.requestId, standIn.fromCache], [requestId, true]);
  });
});

test("queue and cache are loaded when they are first used", { skip }, async () => {
  await withPage({}, async (page) => {
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    await open(page);
    assert.ok(!loaded.some((each) => /engine|reply_cache/.test(each)), loaded.join());
    await page.evaluate(() => window.harness.enqueue("i"));
    assert.ok(loaded.some((each) => each.includes("engine")));
    await page.evaluate(() => window.harness.recommend());
    assert.ok(loaded.some((each) => each.includes("reply_cache")));
  });
});
