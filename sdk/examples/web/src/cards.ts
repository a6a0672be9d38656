import type { Item, Reason, Recommendation } from "@shortlist/sdk/v1";
import { h, icon } from "./dom.js";
import { cardLines, plain, reasonInWords, titleOf } from "./words.js";

// How covers are set in type; an item always has the same.
const STYLES = ["framed", "deep", "ruled", "ruled"] as const;
// Terracotta, ochre, sage, teal, slate and plum; whoever made an item keeps a colour.
const HUES = [35, 78, 135, 195, 258, 340] as const;

/** What a card needs to know of its page. */
export interface CardHost {
  readonly itemOf: (itemId: string) => Item | undefined;
  /** Get items that the page has not seen. */
  readonly fetch: (itemIds: readonly string[]) => Promise<unknown>;
  readonly isLiked: (itemId: string) => boolean;
  readonly open: (recommendation: Recommendation) => void;
  readonly like: (recommendation: Recommendation) => void;
  readonly hide: (recommendation: Recommendation) => void;
}

/** Return the card of a recommendation. */
export function card(recommendation: Recommendation, host: CardHost): HTMLLIElement {
  const { itemId, item, position, reasons } = recommendation;
  const title = titleOf(item ?? host.itemOf(itemId), itemId);
  const facts = `facts-${position}-${itemId}`;
  const liked = host.isLiked(itemId);
  const like = h(
    "button",
    {
      class: "like",
      type: "button",
      "aria-pressed": String(liked),
      "aria-label": `Like ${title}`,
      title: "Like",
      click: () => {
        like.setAttribute("aria-pressed", "true");
        host.like(recommendation);
      },
    },
    icon("heart"),
  );
  const hide = h(
    "button",
    {
      class: "hide",
      type: "button",
      "aria-label": `Hide ${title}`,
      title: "Hide",
      click: () => host.hide(recommendation),
    },
    icon("hide"),
  );
  const face = h(
    "button",
    {
      class: "face",
      type: "button",
      "aria-describedby": facts,
      click: () => host.open(recommendation),
    },
    cover(item ?? host.itemOf(itemId), itemId, position + 1),
  );
  return h(
    "li",
    { class: "card", "data-id": itemId },
    h("div", { class: "front" }, face, factSheet(recommendation, facts)),
    why(reasons[0], host),
    h("div", { class: "actions" }, like, hide),
  );
}

/** Return why an item is there; titles it refers to may come a little later. */
function why(reason: Reason | undefined, host: CardHost): HTMLElement {
  const short = reason && { ...reason, itemIds: reason.itemIds.slice(0, 1) };
  const words = () => {
    const isKnown = short?.itemIds.every((each) => host.itemOf(each));
    const told = short && (isKnown ? short : { ...short, itemIds: [] });
    return told ? reasonInWords(told, (id) => titleOf(host.itemOf(id), id)) : "";
  };
  const line = h("p", { class: "reason" }, words());
  if (short?.itemIds.some((each) => !host.itemOf(each))) {
    void host.fetch(short.itemIds).then(() => line.replaceChildren(words()));
  }
  return line;
}

/** Return an item's picture, or a cover set in type. */
export function cover(item: Item | undefined, itemId: string, place?: number): HTMLElement {
  const title = titleOf(item, itemId);
  const { kind, maker } = cardLines(item);
  const hue = pick(maker.split(",")[0] || kind || itemId, HUES);
  if (item?.imageUri) {
    const image = h("img", { src: item.imageUri, alt: title, loading: "lazy", decoding: "async" });
    const framed = h("div", { class: "cover", "--hue": hue }, image);
    // A picture that can't be had gives way to type.
    image.addEventListener("error", () => {
      framed.replaceWith(cover({ ...item, imageUri: "" }, itemId, place));
    });
    return framed;
  }
  const number = place === undefined ? null : h("span", { class: "place" }, String(place));
  return h(
    "div",
    { class: `cover ${pick(itemId, STYLES)}`, "--hue": hue },
    h(
      "div",
      { class: "set" },
      h("span", { class: "kind" }, kind),
      number,
      h("span", { class: title.length > 34 ? "title long" : "title" }, title),
      h("span", { class: "maker" }, maker),
    ),
  );
}

function factSheet({ score, sources }: Recommendation, id: string): HTMLElement {
  const percent = Math.round(score * 100);
  return h(
    "div",
    { class: "facts", id },
    h("span", { class: "score" }, h("span", {}, "Score"), h("b", {}, score.toFixed(2))),
    h("span", { class: "bar", "--part": `${percent}%`, "aria-hidden": "true" }),
    h("span", { class: "from" }, `From ${sources.map(plain).join(", ") || "the fallback slate"}`),
  );
}

/** The same one for the same text: FNV-1a, well mixed also for ids that differ by a digit. */
function pick<T>(text: string, from: readonly [T, ...T[]]): T {
  let hash = 0x811c9dc5;
  for (const letter of text) {
    hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  }
  hash ^= hash >>> 15;
  return from[(hash >>> 0) % from.length] ?? from[0];
}
