import type { DescMethod } from "@bufbuild/protobuf";
import type { AnyMessage, Client, SlateItem, SlateTracker } from "@shortlist/sdk";

type Fields = Record<string, unknown>;
type Slate = Parameters<Client["impressions"]>;

/** The slate that was asked for last, and what tells of its items. */
export class LastSlate {
  readonly #items: readonly SlateItem[];
  readonly #open: (client: Client) => SlateTracker;
  #tracker: SlateTracker | undefined;

  constructor(method: DescMethod, request: AnyMessage, reply: AnyMessage) {
    // The items are the first list of messages in the reply.
    const list = method.output.fields.find(
      (each) => each.fieldKind === "list" && each.listKind === "message",
    );
    this.#items = ((reply as Fields)[list?.localName ?? ""] ?? []) as SlateItem[];
    // For whom the slate was made has the same name in the events that come of it.
    const { subject } = request as Fields;
    this.#open = (client) =>
      client.impressions(reply as unknown as Slate[0], { subject } as unknown as Slate[1]);
  }

  tracker(client: Client): SlateTracker {
    this.#tracker ??= this.#open(client);
    return this.#tracker;
  }

  item(position: number): SlateItem {
    const item = this.#items[position];
    if (!item) {
      throw new RangeError(`the slate has no item at position ${position}`);
    }
    return item;
  }
}
