import type { PagingPolicy } from "./policy.js";

type Fields = Record<string, unknown>;

/** What a paged list needs. */
export interface PagedOptions<Page> {
  readonly policy: PagingPolicy;
  /** Token of the first page; empty: the beginning. */
  readonly pageToken: string;
  readonly maxItems: number | undefined;
  readonly fetch: (pageToken: string) => Promise<Page>;
}

/**
 * A list that is fetched page by page while it is read. Each loop over it reads from its beginning.
 *
 * @example for await (const item of client.catalog.listItemsAll({})) { ... }
 */
export class Paged<Page extends object, Item> implements AsyncIterable<Item> {
  readonly #options: PagedOptions<Page>;
  #nextPageToken: string;

  constructor(options: PagedOptions<Page>) {
    this.#options = options;
    this.#nextPageToken = options.pageToken;
  }

  /**
   * Token of the page after the last one that was fetched; empty: the list has ended. With it as
   * the request's page token the list goes on, also elsewhere.
   */
  get nextPageToken(): string {
    return this.#nextPageToken;
  }

  /** Yield whole pages. */
  async *pages(): AsyncGenerator<Page, void, undefined> {
    const { policy, pageToken, fetch } = this.#options;
    let token = pageToken;
    do {
      const page = await fetch(token);
      token = String((page as Fields)[policy.nextPageToken] ?? "");
      this.#nextPageToken = token;
      yield page;
    } while (token !== "");
  }

  /** Yield the items of all pages. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    let left = this.#options.maxItems ?? Number.POSITIVE_INFINITY;
    if (left <= 0) {
      return;
    }
    for await (const page of this.pages()) {
      for (const item of (page as Fields)[this.#options.policy.items] as Item[]) {
        yield item;
        left -= 1;
        if (left <= 0) {
          return;
        }
      }
    }
  }

  /** Return all items in one array. */
  async toArray(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of this) {
      items.push(item);
    }
    return items;
  }
}
