import type { Api } from "./api.js";
import { cover } from "./cards.js";
import type { Icon } from "./dom.js";
import { h, icon } from "./dom.js";
import type { Deed, Person } from "./people.js";
import { historyOf } from "./people.js";
import { ago, titleOf } from "./words.js";

const SHOWN = 8;
const DEEDS: Record<string, [Icon, string]> = {
  click: ["open", "Opened"],
  view: ["eye", "Viewed"],
  long_view: ["eye", "Stayed with"],
  like: ["heart", "Liked"],
  hide: ["hide", "Hid"],
  rate: ["star", "Rated"],
  purchase: ["bag", "Bought"],
  add_to_cart: ["bag", "Put into the cart"],
};

/** Show what a person did, newest first. */
export async function showHistory(api: Api, person: Person, into: HTMLElement): Promise<void> {
  const latest = new Map<string, Deed>();
  for (const deed of historyOf(person)) {
    // Of what was done with an item the last deed tells.
    if (deed.type !== "impression" && !latest.has(deed.itemId)) {
      latest.set(deed.itemId, deed);
    }
  }
  const deeds = [...latest.values()].slice(0, SHOWN);
  if (deeds.length === 0) {
    into.replaceChildren(h("p", { class: "quiet" }, "Nothing yet. Open or like something."));
    return;
  }
  const items = await Promise.all(deeds.map((each) => api.item(each.itemId)));
  const rows = deeds.map((deed, place) => row(deed, items[place]));
  const list = h("ul", { "aria-labelledby": "history-title" }, ...rows);
  into.replaceChildren(list);
  // On narrow screens it scrolls sideways, which the keyboard must be able to do too.
  if (list.scrollWidth > list.clientWidth) {
    list.tabIndex = 0;
  }
}

function row(deed: Deed, item: Parameters<typeof cover>[0]): HTMLElement {
  const [picture, verb] = DEEDS[deed.type] ?? (["open", deed.type] as const);
  const small = cover(item, deed.itemId);
  small.classList.add("small");
  small.setAttribute("aria-hidden", "true");
  return h(
    "li",
    {},
    small,
    h(
      "span",
      { class: "deed" },
      h("span", { class: "verb" }, icon(picture), `${verb} ${ago(new Date(deed.time))}`),
      h("span", { class: "what" }, titleOf(item, deed.itemId)),
    ),
  );
}
