import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { EventQueue } from "./queue/event_queue.js";

/** How events tell of items that were shown; the contract says so. */
export interface ImpressionPolicy<E extends DescMessage, Item, Type, ItemFields> {
  readonly impression: Type;
  readonly click: Type | undefined;
  readonly itemId: (item: Item) => string;
  readonly event: (
    type: Type,
    attributionToken: string,
    item: Item,
    itemFields: ItemFields,
  ) => Partial<MessageInitShape<E>>;
}

// Slates whose impressions are remembered, so that the same slate is not counted twice.
const REMEMBERED_SLATES = 200;

/** Remembers which items of which slates were shown. */
export class ShownItems {
  readonly #slates = new Map<string, Set<string>>();

  /** Return the ids of a slate that were shown. */
  of(attributionToken: string): Set<string> {
    const shown = this.#slates.get(attributionToken) ?? new Set();
    this.#slates.delete(attributionToken);
    this.#slates.set(attributionToken, shown);
    for (const oldest of this.#slates.keys()) {
      if (this.#slates.size <= REMEMBERED_SLATES) {
        break;
      }
      this.#slates.delete(oldest);
    }
    return shown;
  }
}

/** What a tracker works with. */
export interface TrackerSettings<E extends DescMessage, Item, Type, ItemFields> {
  readonly queue: EventQueue<E>;
  readonly policy: ImpressionPolicy<E, Item, Type, ItemFields>;
  readonly attributionToken: string;
  /** Fields of every event, such as for whom it is. */
  readonly fields: MessageInitShape<E>;
  readonly shown: Set<string>;
}

/** Sends what happens to the items of one slate, with the slate's attribution token. */
export class ImpressionTracker<E extends DescMessage, Item, Type, ItemFields extends object> {
  readonly #settings: TrackerSettings<E, Item, Type, ItemFields>;

  constructor(settings: TrackerSettings<E, Item, Type, ItemFields>) {
    this.#settings = settings;
  }

  /** Tell that an item came into view; only the first time for an item of a slate. */
  async shown(item: Item): Promise<void> {
    const { policy, shown } = this.#settings;
    const id = policy.itemId(item);
    if (!shown.has(id)) {
      shown.add(id);
      await this.event(policy.impression, item);
    }
  }

  /** Tell that an item was opened. */
  async clicked(item: Item): Promise<void> {
    const { click } = this.#settings.policy;
    if (click !== undefined) {
      await this.event(click, item);
    }
  }

  /**
   * Tell of anything else; returns the event's id.
   *
   * @param itemFields - further fields of the event's item, such as a rating.
   */
  event(type: Type, item: Item, itemFields = {} as ItemFields): Promise<string> {
    const { queue, policy, attributionToken, fields } = this.#settings;
    const made = policy.event(type, attributionToken, item, itemFields);
    return queue.enqueue({ ...fields, ...made } as MessageInitShape<E>);
  }
}
