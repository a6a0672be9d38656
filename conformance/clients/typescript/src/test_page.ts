import type { BrowserContext, Page } from "playwright-core";
import type { Runner } from "./answering.js";
import type { FreePages } from "./free_pages.js";
import type {} from "./page.js";
import type { Outcome, Step, TestRequest } from "./protocol.js";
import { Unsupported } from "./protocol.js";

// Whatever else a step does leaves nothing behind in the page or its storage.
const LEAVING_NOTHING = ["call", "cancel_after", "paginate_all", "stream", "wait", "encode"];

/** One test, in a page that can die and be opened anew. */
export class TestPage implements Runner {
  readonly #request: TestRequest;
  readonly #pages: FreePages;
  #page: Page;

  private constructor(request: TestRequest, pages: FreePages, page: Page) {
    this.#request = request;
    this.#pages = pages;
    this.#page = page;
  }

  /** Begin a test; rejects with {@link Unsupported} if the SDK lacks what it is about. */
  static async open(request: TestRequest, pages: FreePages): Promise<TestPage> {
    const test = new TestPage(request, pages, await pages.take());
    const why = await test.#begin();
    if (why) {
      await test.end();
      throw new Unsupported(why);
    }
    return test;
  }

  async outcome(step: Step): Promise<Outcome> {
    if (step.do === "kill_and_restart") {
      await this.#kill();
      await this.#begin();
    }
    const sent = JSON.stringify(step);
    const outcome = await this.#page.evaluate((each) => window.program.outcome(each), sent);
    return JSON.parse(outcome) as Outcome;
  }

  async end(): Promise<void> {
    await this.#page.evaluate(() => window.program.end());
    if ((this.#request.steps ?? []).every((each) => LEAVING_NOTHING.includes(each.do))) {
      this.#pages.giveBack(this.#page);
    } else {
      await this.#page.context().close();
    }
  }

  #begin(): Promise<string> {
    const request = JSON.stringify(this.#request);
    return this.#page.evaluate((each) => window.program.open(each), request);
  }

  /** Let the page die as in a crash, when nothing is told or written, and open another. */
  async #kill(): Promise<void> {
    const killed = this.#page;
    const context: BrowserContext = killed.context();
    const session = await context.newCDPSession(killed);
    const crashed = killed.waitForEvent("crash");
    // The page that dies does not answer.
    session.send("Page.crash").catch(() => {});
    await crashed;
    await killed.close();
    this.#page = await this.#pages.open(context);
  }
}
