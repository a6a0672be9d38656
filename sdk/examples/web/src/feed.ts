import type { SlateTracker } from "@shortlist/sdk";
import { ShortlistError } from "@shortlist/sdk";
import type { Recommendation } from "@shortlist/sdk/v1";
import type { Api, SlatePage, Surface } from "./api.js";
import type { CardHost } from "./cards.js";
import { card } from "./cards.js";
import { byId, h } from "./dom.js";
import type { Subject } from "./people.js";
import type { SlateChange } from "./slate_change.js";
import { slateChange } from "./slate_change.js";

// An item counts as seen when half of it was in view for a second.
const SEEN_PART = 0.5;
const SEEN_MS = 1_000;
const SKELETONS = 12;
// Smaller moves are not worth a badge.
const TOLD_MOVE = 3;

/** What the feed tells its page. */
export interface FeedHost extends Omit<CardHost, "itemOf" | "fetch"> {
  readonly onPage: (page: SlatePage) => void;
}

/** A feed without end: pages are fetched as the reader comes near them, and impressions are sent. */
export class Feed {
  readonly #api: Api;
  readonly #host: FeedHost;
  readonly #cards = byId("cards");
  readonly #end = byId("end");
  readonly #trackers = new Map<string, SlateTracker>();
  readonly #recommendations = new Map<string, Recommendation>();
  readonly #seen = new IntersectionObserver((entries) => this.#inView(entries), {
    threshold: SEEN_PART,
  });
  readonly #near = new IntersectionObserver(
    (entries) => {
      if (entries.some((each) => each.isIntersecting)) {
        void this.more();
      }
    },
    { rootMargin: "600px" },
  );
  readonly #timers = new Map<Element, number>();
  #subject: Subject = { case: "visitorId", value: "" };
  #surface: Surface = "home";
  #pages: AsyncGenerator<SlatePage> | undefined;
  #isLoading = false;

  constructor(api: Api, host: FeedHost) {
    this.#api = api;
    this.#host = host;
  }

  /** Return what sends events of an item with its slate's attribution. */
  trackerOf(itemId: string): SlateTracker | undefined {
    return this.#trackers.get(itemId);
  }

  /** The ids on the page, in display order. */
  get ids(): string[] {
    return this.#items().map((each) => each.dataset.id ?? "");
  }

  /** Show the first page of a new feed. */
  async start(subject: Subject, surface: Surface): Promise<void> {
    this.#subject = subject;
    this.#surface = surface;
    this.#forget();
    this.#cards.replaceChildren(...skeletons());
    this.#cards.setAttribute("aria-busy", "true");
    await this.#load(this.#api.feed(surface, subject, false), (page) => {
      this.#cards.replaceChildren(...this.#made(page));
    });
    this.#cards.removeAttribute("aria-busy");
  }

  /** Ask for the feed anew and show how it differs; returns undefined if it can't be had. */
  async refresh(): Promise<SlateChange | undefined> {
    const before = this.ids;
    let change: SlateChange | undefined;
    await this.#load(this.#api.feed(this.#surface, this.#subject, true), (page) => {
      const after = page.recommendations.map((each) => each.itemId);
      change = slateChange(before.slice(0, after.length), after);
      this.#forget();
      this.#replace(this.#made(page), change);
    });
    return change;
  }

  /** Show the next page, if there is one. */
  async more(): Promise<void> {
    if (this.#pages && !this.#isLoading) {
      await this.#load(this.#pages, (page) => this.#cards.append(...this.#made(page)));
    }
  }

  /** Take an item away at once; the focus goes to the next. */
  remove(itemId: string): void {
    const item = this.#items().find((each) => each.dataset.id === itemId);
    const next = item?.nextElementSibling ?? item?.previousElementSibling;
    item?.remove();
    next?.querySelector<HTMLElement>(".face")?.focus({ preventScroll: true });
  }

  async #load(pages: AsyncGenerator<SlatePage>, show: (page: SlatePage) => void): Promise<void> {
    this.#isLoading = true;
    try {
      const { value: page, done } = await pages.next();
      if (done || !page) {
        this.#pages = undefined;
        this.#showEnd("That is all there is.");
        return;
      }
      this.#pages = pages;
      show(page);
      this.#host.onPage(page);
      this.#showMore();
    } catch (error) {
      this.#showError(error, () => void this.start(this.#subject, this.#surface));
    } finally {
      this.#isLoading = false;
    }
  }

  #made({ recommendations, attributionToken }: SlatePage): HTMLElement[] {
    const fields = { subject: this.#subject };
    const tracker = this.#api.events.impressions({ attributionToken }, fields);
    const host = {
      ...this.#host,
      itemOf: (id: string) => this.#api.known(id),
      fetch: (ids: readonly string[]) => Promise.all(ids.map((id) => this.#api.item(id))),
    };
    return recommendations.map((each) => {
      this.#trackers.set(each.itemId, tracker);
      this.#recommendations.set(each.itemId, each);
      const made = card(each, host);
      this.#seen.observe(made);
      return made;
    });
  }

  /** Put cards in the place of others: those that stay glide to where they belong. */
  #replace(cards: HTMLElement[], { added, moved }: SlateChange): void {
    const places = new Map(
      this.#items().map((each) => [each.dataset.id, each.getBoundingClientRect()]),
    );
    const focused = document.activeElement?.closest<HTMLElement>(".card")?.dataset.id;
    this.#cards.replaceChildren(...cards);
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const each of cards) {
      const id = each.dataset.id ?? "";
      const rise = moved.get(id);
      if (added.has(id)) {
        each.prepend(h("span", { class: "badge" }, "New"));
      } else if (rise && Math.abs(rise) >= TOLD_MOVE) {
        const text = `${rise > 0 ? "▲" : "▼"} ${Math.abs(rise)}`;
        const label = `${rise > 0 ? "up" : "down"} by ${Math.abs(rise)}`;
        each.prepend(h("span", { class: "badge move", role: "img", "aria-label": label }, text));
      }
      const old = places.get(id);
      const now = each.getBoundingClientRect();
      if (!isCalm && old) {
        const by = `translate(${old.left - now.left}px, ${old.top - now.top}px)`;
        each.animate([{ transform: by }, { transform: "none" }], { duration: 420, easing: "ease" });
      } else if (!isCalm) {
        each.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 420 });
      }
      if (id === focused) {
        each.querySelector<HTMLElement>(".face")?.focus({ preventScroll: true });
      }
    }
  }

  #inView(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(this.#timers.get(target));
      if (isIntersecting) {
        this.#timers.set(
          target,
          window.setTimeout(() => this.#wasSeen(target), SEEN_MS),
        );
      }
    }
  }

  #wasSeen(target: Element): void {
    const id = (target as HTMLElement).dataset.id ?? "";
    const recommendation = this.#recommendations.get(id);
    if (recommendation) {
      void this.#trackers.get(id)?.shown(recommendation);
      this.#seen.unobserve(target);
    }
  }

  #showMore(): void {
    const more = h(
      "button",
      { class: "more", type: "button", click: () => void this.more() },
      "More",
    );
    this.#end.replaceChildren(more);
    this.#near.disconnect();
    this.#near.observe(more);
  }

  #showEnd(text: string): void {
    this.#near.disconnect();
    this.#end.replaceChildren(h("p", { class: "quiet" }, text));
  }

  #showError(error: unknown, again: () => void): void {
    this.#near.disconnect();
    const known = error instanceof ShortlistError ? error : undefined;
    const why = known?.code === "UNAVAILABLE" ? "The server can't be reached." : String(error);
    for (const each of this.#cards.querySelectorAll(".skeleton")) {
      each.remove();
    }
    this.#end.replaceChildren(
      h(
        "div",
        { class: "failed", role: "alert" },
        h("p", {}, why),
        known?.requestId && h("p", { class: "quiet" }, `Request ${known.requestId}`),
        h("button", { type: "button", click: again }, "Try again"),
      ),
    );
  }

  #items(): HTMLElement[] {
    return [...this.#cards.querySelectorAll<HTMLElement>(".card:not(.skeleton)")];
  }

  #forget(): void {
    this.#seen.disconnect();
    for (const timer of this.#timers.values()) {
      clearTimeout(timer);
    }
    this.#timers.clear();
    this.#trackers.clear();
    this.#recommendations.clear();
  }
}

function skeletons(): HTMLElement[] {
  return Array.from({ length: SKELETONS }, () =>
    h("li", { class: "card skeleton", "aria-hidden": "true" }, h("div", { class: "cover" })),
  );
}
