import type { CallInfo, Telemetry } from "@shortlist/sdk";
import {
  apiKey,
  CatalogClient,
  Channel,
  callInfo,
  EventsClient,
  RecommendationsClient,
} from "@shortlist/sdk";
import type { Item, RecommendResponse } from "@shortlist/sdk/v1";
import { DeviceClass } from "@shortlist/sdk/v1";
import type { Subject } from "./people.js";

/** What the page shows a slate of. */
export type Surface = "home" | "explore" | "trending";

/** A page of a feed, or the trending items as the only page of one. */
export interface SlatePage extends Pick<RecommendResponse, "recommendations" | "attributionToken"> {
  readonly exposures: RecommendResponse["exposures"];
  readonly modelVersions: RecommendResponse["modelVersions"];
  readonly degradations: RecommendResponse["degradations"];
  readonly requestId: string;
  readonly info: CallInfo | undefined;
}

const PAGE_SIZE = 24;
const KEPT_LATENCIES = 24;

/** The calls that the page makes. */
export class Api {
  readonly recommendations: RecommendationsClient;
  readonly events: EventsClient;
  readonly catalog: CatalogClient;
  /** How long the last slates took, in milliseconds, the newest last. */
  readonly latencies: number[] = [];
  readonly #items = new Map<string, Promise<Item | undefined>>();
  readonly #known = new Map<string, Item>();

  constructor(key: string | undefined) {
    const channel = new Channel({
      endpoint: location.origin,
      ...(key ? { credentials: apiKey(key) } : {}),
      telemetry: [this.#watch()],
      queue: { flushAgeMs: 2_000 },
    });
    this.recommendations = new RecommendationsClient(channel);
    this.events = new EventsClient(channel);
    this.catalog = new CatalogClient(channel);
  }

  /** Yield the pages of a feed as they are asked for; `isFresh`: not from the cache. */
  async *feed(surface: Surface, subject: Subject, isFresh: boolean): AsyncGenerator<SlatePage> {
    const cache = isFresh ? "refresh" : "default";
    if (surface === "trending") {
      const request = { pageSize: PAGE_SIZE, readMask: { paths: ["*"] }, context };
      const page = await this.recommendations.listTrending(request, { cache });
      this.#learn(page.recommendations);
      yield { ...page, exposures: [], modelVersions: [], info: callInfo(page) };
      return;
    }
    const request = {
      servingConfig: surface,
      subject,
      pageSize: PAGE_SIZE,
      includeReasons: true,
      readMask: { paths: ["*"] },
      context,
    };
    const feed = this.recommendations.recommendAll(request, { cache });
    for await (const page of feed.pages()) {
      this.#learn(page.recommendations);
      yield { ...page, info: callInfo(page) };
    }
  }

  /** Return the items that are like one. */
  async similar(itemId: string) {
    const request = { itemId, pageSize: 6, readMask: { paths: ["*"] } };
    const page = await this.recommendations.recommendSimilar(request);
    this.#learn(page.recommendations);
    return page;
  }

  /** Return an item that was seen already. */
  known(itemId: string): Item | undefined {
    return this.#known.get(itemId);
  }

  /** Return an item; undefined: there is none. */
  item(itemId: string): Promise<Item | undefined> {
    const known = this.#known.get(itemId);
    if (known) {
      return Promise.resolve(known);
    }
    let asked = this.#items.get(itemId);
    if (!asked) {
      asked = this.catalog
        .getItem({ name: `items/${itemId}` })
        .then((item) => {
          this.#known.set(itemId, item);
          return item;
        })
        .catch(() => undefined);
      this.#items.set(itemId, asked);
    }
    return asked;
  }

  #learn(recommendations: RecommendResponse["recommendations"]): void {
    for (const { itemId, item } of recommendations) {
      if (item) {
        this.#known.set(itemId, item);
      }
    }
  }

  #watch(): Telemetry {
    return {
      onCallEnd: ({ method }, { durationMs, fromCache }) => {
        if (/\/(Recommend|ListTrending)$/.test(method) && !fromCache) {
          this.latencies.push(durationMs);
          this.latencies.splice(0, this.latencies.length - KEPT_LATENCIES);
        }
      },
    };
  }
}

const context = {
  platform: "web",
  locale: navigator.language,
  deviceClass: matchMedia("(pointer: coarse)").matches ? DeviceClass.PHONE : DeviceClass.DESKTOP,
};
