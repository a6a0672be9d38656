// The program under test in headless Chromium: starts it, and hands each test to a page.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { answer } from "./answering.js";
import { FreePages } from "./free_pages.js";
import type {} from "./page.js";
import { serveSite } from "./site.js";
import { TestPage } from "./test_page.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

function executable(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const places = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = process.env.SHORTLIST_CHROMIUM ?? places.find(existsSync);
  if (!found) {
    throw new Error("there is no Chromium: install one, or set SHORTLIST_CHROMIUM");
  }
  return found;
}

const address = await serveSite(new URL("page/", import.meta.url));
const browser = await chromium.launch({
  executablePath: executable(),
  // Containers have neither the privileges of the sandbox nor much shared memory.
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
  chromiumSandbox: false,
});
let isEnding = false;
browser.on("disconnected", () => {
  if (!isEnding) {
    console.error("the browser died");
    process.exit(1);
  }
});
const pages = new FreePages(browser, address);
const first = await pages.take();
const protocols = await first.evaluate(() => window.program.protocols);
pages.giveBack(first);
await answer({
  language: "typescript-chromium",
  protocols,
  open: (request) => TestPage.open(request, pages),
});
isEnding = true;
await browser.close();
process.exit(0);
