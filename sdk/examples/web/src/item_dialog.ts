import type { Recommendation } from "@shortlist/sdk/v1";
import type { Api } from "./api.js";
import { cover } from "./cards.js";
import { h, icon } from "./dom.js";
import { plain, reasonInWords, titleOf, valueInWords } from "./words.js";

/** Show all that is known of a recommendation, and what is like its item. */
export async function showItem(
  dialog: HTMLDialogElement,
  api: Api,
  recommendation: Recommendation,
): Promise<void> {
  const { itemId, reasons, score, sources, position } = recommendation;
  const mentioned = reasons.flatMap((each) => each.itemIds.slice(0, 2));
  const [item] = await Promise.all([
    recommendation.item ?? api.item(itemId),
    ...mentioned.map((each) => api.item(each)),
  ]);
  const name = (id: string) => titleOf(api.known(id), id);
  const attributes = Object.entries(item?.attributes ?? {})
    .map(([key, value]) => [plain(key), valueInWords(value)] as const)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const facts: (readonly [string, string])[] = [
    ["place", String(position + 1)],
    ["score", score.toFixed(3)],
    ["sources", sources.map(plain).join(", ") || "the fallback slate"],
    ...attributes,
  ];
  const similar = h("div", { class: "similar" });
  dialog.replaceChildren(
    h(
      "button",
      { class: "close", type: "button", "aria-label": "Close", click: () => dialog.close() },
      icon("hide"),
    ),
    cover(item, itemId),
    h(
      "div",
      { class: "about" },
      h("h2", { id: "item-title" }, titleOf(item, itemId)),
      h("h3", {}, "Why it is here"),
      h(
        "ul",
        { class: "reasons" },
        ...reasons.map((each) => h("li", {}, reasonInWords(each, name))),
      ),
      h("h3", {}, "Facts"),
      h("dl", {}, ...facts.flatMap(([key, value]) => [h("dt", {}, key), h("dd", {}, value)])),
      similar,
    ),
  );
  dialog.showModal();
  try {
    const { recommendations } = await api.similar(itemId);
    const covers = recommendations.map((each) => h("li", {}, cover(each.item, each.itemId)));
    similar.replaceChildren(h("h3", {}, "Similar"), h("ul", {}, ...covers));
  } catch {
    // The dialog is complete without them.
  }
}
