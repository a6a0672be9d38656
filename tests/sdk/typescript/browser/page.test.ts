// The web page on the live server, as its users meet it.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import type { Viewport } from "../support/browser.js";
import { noBrowser, withPage } from "../support/browser.js";

const live = process.env.SHORTLIST_LIVE ?? "";
const skip = noBrowser || (live ? false : "SHORTLIST_LIVE names no server");
const url = live ? (JSON.parse(readFileSync(live, "utf8")).url as string) : "";
const screenshots = process.env.SHORTLIST_SCREENSHOTS;
const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

const DESKTOP: Viewport = { width: 1360, height: 900 };
const PHONE: Viewport = { width: 390, height: 844 };
const LOOKS = {
  desktop: { viewport: DESKTOP, colorScheme: "light" },
  phone: { viewport: PHONE, colorScheme: "light" },
  dark: { viewport: DESKTOP, colorScheme: "dark" },
  "phone-dark": { viewport: PHONE, colorScheme: "dark" },
} as const;

async function open(page: Page, hash = "#for=u001&surface=home"): Promise<void> {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(`${url}/${hash}`);
  await page.waitForSelector(".card:not(.skeleton)");
  await page.waitForSelector(".history li");
  assert.deepEqual(faults, []);
}

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots) {
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: `${screenshots}/web-${name}.png` });
  }
}

/** Return what axe finds, but trifles. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = (await page.evaluate("axe.run()")) as AxeResults;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((each) => each.html).join(" ")}`);
}

const ids = (page: Page) =>
  page.$$eval(".card", (cards) => cards.map((each) => (each as HTMLElement).dataset.id));

for (const [name, look] of Object.entries(LOOKS)) {
  test(`the page is usable by everyone: ${name}`, { skip }, async () => {
    await withPage(look, async (page) => {
      await open(page);
      await picture(page, name);
      assert.deepEqual(await faults(page), []);
      await page.click(".card:nth-child(2) .face");
      await page.waitForSelector("dialog .similar li");
      await picture(page, `${name}-item`);
      assert.deepEqual(await faults(page), []);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(overflow, 0, "it scrolls sideways");
    });
  });
}

test("a like is sent and changes the slate", { skip }, async () => {
  await withPage({ viewport: DESKTOP }, async (page) => {
    await open(page, "#for=u002&surface=home");
    const before = await ids(page);
    const sent = page.waitForRequest((each) => each.url().includes("BatchWriteEvents"));
    await page.click(".card:nth-child(4) .like");
    await sent;
    await page.waitForFunction(() =>
      /The slate/.test(document.getElementById("toast")?.textContent ?? ""),
    );
    assert.match((await page.textContent("#toast")) ?? "", /^Liked “.+”\. The slate changed: /);
    assert.notDeepEqual(await ids(page), before);
    assert.match((await page.textContent(".history li")) ?? "", /Liked just now/);
    await page.waitForTimeout(600);
    await picture(page, "liked");
  });
});

test("a hidden item goes at once and does not come back", { skip }, async () => {
  await withPage({ viewport: DESKTOP }, async (page) => {
    await open(page, "#for=u003&surface=home");
    const [first] = await ids(page);
    await page.click(".card:nth-child(1) .hide");
    assert.ok(!(await ids(page)).includes(first));
    await page.waitForFunction(() =>
      /Hid/.test(document.getElementById("toast")?.textContent ?? ""),
    );
    assert.ok(!(await ids(page)).includes(first));
    await page.reload();
    await page.waitForSelector(".card:not(.skeleton)");
    assert.ok(!(await ids(page)).includes(first));
  });
});

test("the feed goes on as it is read, and repeats nothing", { skip }, async () => {
  await withPage({ viewport: DESKTOP }, async (page) => {
    await open(page);
    const first = (await ids(page)).length;
    for (let pages = 0; pages < 3; pages += 1) {
      const shown = (await ids(page)).length;
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      await page.waitForFunction(
        (count) => document.querySelectorAll(".card").length > count,
        shown,
      );
    }
    const all = await ids(page);
    assert.ok(all.length > first * 2);
    assert.equal(new Set(all).size, all.length);
  });
});

test("a person is searched and picked by keyboard", { skip }, async () => {
  await withPage({ viewport: DESKTOP }, async (page) => {
    await open(page);
    await page.keyboard.press("/");
    await page.keyboard.type("u00");
    const options = page.locator('#people [role="option"]');
    assert.ok((await options.count()) >= 8);
    await picture(page, "picker");
    assert.deepEqual(await faults(page), []);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.getAttribute("#person", "aria-activedescendant"), "person-2");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("for=u002"));
    await page.waitForFunction(
      () => document.getElementById("slate-title")?.textContent === "For u002",
    );
  });
});

test("score and sources show on focus as on hover", { skip }, async () => {
  await withPage({ viewport: DESKTOP }, async (page) => {
    await open(page);
    const facts = page.locator(".card:nth-child(1) .facts");
    assert.equal(await facts.isVisible(), false);
    await page.hover(".card:nth-child(1) .face");
    await facts.waitFor({ state: "visible" });
    assert.match((await facts.textContent()) ?? "", /^Score\d\.\d\d.*From \w/);
    await page.waitForTimeout(300);
    await picture(page, "hover");
    await page.mouse.move(0, 0);
    await facts.waitFor({ state: "hidden" });
    await page.focus("#person");
    for (let presses = 0; presses < 12 && !(await facts.isVisible()); presses += 1) {
      await page.keyboard.press("Tab");
    }
    assert.ok(await facts.isVisible());
  });
});

test("explore and trending are surfaces of their own; latency and models are told", {
  skip,
}, async () => {
  await withPage({ viewport: DESKTOP }, async (page) => {
    await open(page);
    assert.match((await page.textContent("#status")) ?? "", /^\d+ ms/);
    assert.match(
      (await page.textContent("#making")) ?? "",
      /Latency\d+ ms.*Models\S+.*Variants.*Degraded/,
    );
    for (const [label, title] of [
      ["Trending", "Trending now"],
      ["Explore", "For u001"],
    ] as const) {
      await page.click(`.surfaces a:text-is("${label}")`);
      await page.waitForFunction(
        (text) => document.getElementById("slate-title")?.textContent === text,
        title,
      );
      await page.waitForSelector(".card:not(.skeleton)");
      assert.equal(await page.textContent(".surfaces [aria-current]"), label);
    }
  });
});

test("without the server the page says so, keeps what was done, and sends it later", {
  skip,
}, async () => {
  await withPage({ viewport: DESKTOP }, async (page) => {
    await open(page, "#for=u004&surface=home");
    // A first event, so that the queue's code is there.
    await page.click(".card:nth-child(1) .like");
    await page.waitForFunction(() =>
      /The slate/.test(document.getElementById("toast")?.textContent ?? ""),
    );
    await page.context().setOffline(true);
    await page.click(".card:nth-child(2) .like");
    await page.waitForFunction(
      () => /kept here/.test(document.getElementById("toast")?.textContent ?? ""),
      null,
      { timeout: 20_000 },
    );
    const sent = page.waitForResponse(
      (each) => each.url().includes("BatchWriteEvents") && each.ok(),
    );
    await page.context().setOffline(false);
    await sent;
  });
});
