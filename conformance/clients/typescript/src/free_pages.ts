import type { Browser, BrowserContext, Page } from "playwright-core";
import type {} from "./page.js";

/** Pages with the SDK, each with storage of its own; those that nothing was left in serve again. */
export class FreePages {
  readonly #browser: Browser;
  readonly #address: string;
  readonly #free: Page[] = [];

  constructor(browser: Browser, address: string) {
    this.#browser = browser;
    this.#address = address;
  }

  async take(): Promise<Page> {
    return this.#free.pop() ?? this.open(await this.#browser.newContext());
  }

  giveBack(page: Page): void {
    this.#free.push(page);
  }

  /** Open a page on the storage of others. */
  async open(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(error.stack ?? error.message));
    await page.goto(this.#address);
    await page.waitForFunction(() => window.program !== undefined);
    return page;
  }
}
