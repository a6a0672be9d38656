import type { Recommendation } from "@shortlist/sdk/v1";
import { EventType } from "@shortlist/sdk/v1";
import type { SlatePage, Surface } from "./api.js";
import { Api } from "./api.js";
import { byId, h } from "./dom.js";
import { Feed } from "./feed.js";
import { showHistory } from "./history.js";
import { showItem } from "./item_dialog.js";
import { chips, making } from "./making.js";
import type { Person } from "./people.js";
import { historyOf, loadSite, remember, subjectOf } from "./people.js";
import { Picker } from "./picker.js";
import { changeInWords } from "./slate_change.js";
import { titleOf } from "./words.js";

const SURFACES: readonly (readonly [Surface, string])[] = [
  ["home", "For you"],
  ["explore", "Explore"],
  ["trending", "Trending"],
];
// Events take effect within moments of being written.
const EFFECT_MS = 300;
const TOAST_MS = 6_000;

const site = await loadSite();
const api = new Api(site.apiKey);
let person: Person = { id: "" };
let surface: Surface = "home";
let toastTimer = 0;

const feed = new Feed(api, {
  isLiked: (id) => historyOf(person).some((each) => each.itemId === id && each.type === "like"),
  open: (each) => {
    void showItem(byId("item") as HTMLDialogElement, api, each);
    void happened(each, EventType.CLICK, "click", "Opened");
  },
  like: (each) => void happened(each, EventType.LIKE, "like", "Liked"),
  hide: (each) => {
    // Taken before the card goes, with which its tracker would be out of reach.
    void happened(each, EventType.HIDE, "hide", "Hid");
    feed.remove(each.itemId);
  },
  onPage: showPage,
});
const picker = new Picker(site.people, (id) => go(id, surface));
byId("picker").append(picker.element);
const tabs = SURFACES.map(([name, label]) =>
  h("a", { href: address(person.id, name), "data-surface": name }, label),
);
byId("surfaces").append(...tabs);
(byId("item") as HTMLDialogElement).addEventListener("click", (event) => {
  // Beside the dialog: its own box is the target only there.
  if (event.target === event.currentTarget) {
    (event.currentTarget as HTMLDialogElement).close();
  }
});
addEventListener("hashchange", () => void show());
// What an earlier visit could not send.
void api.events.queue.start();
void show();

/** Show whom and what the address says. */
async function show(): Promise<void> {
  const asked = new URLSearchParams(location.hash.slice(1));
  const first = site.people[0]?.id ?? "";
  const id = asked.get("for") ?? first;
  person = site.people.find((each) => each.id === id) ?? { id };
  surface = SURFACES.find(([name]) => name === asked.get("surface"))?.[0] ?? "home";
  picker.show(id);
  for (const tab of tabs) {
    const name = tab.dataset.surface as Surface;
    tab.href = address(id, name);
    tab.toggleAttribute("aria-current", name === surface);
    if (name === surface) {
      tab.setAttribute("aria-current", "page");
    }
  }
  const whose = surface === "trending" ? "Trending now" : `For ${id || "an anonymous visitor"}`;
  byId("slate-title").textContent = whose;
  document.title = `${whose} – Shortlist`;
  byId("status").replaceChildren();
  scrollTo({ top: 0 });
  void showHistory(api, person, byId("history"));
  await feed.start(subjectOf(id), surface);
}

function showPage(page: SlatePage): void {
  byId("status").replaceChildren(...chips(page, api.latencies));
  byId("making").replaceChildren(making(page, surface, api.latencies));
}

/** Tell the server what happened, and show what becomes of the slate. */
async function happened(
  recommendation: Recommendation,
  type: EventType,
  name: string,
  verb: string,
): Promise<void> {
  const { itemId } = recommendation;
  const title = titleOf(recommendation.item ?? api.known(itemId), itemId);
  const who = person;
  const tracker = feed.trackerOf(itemId);
  remember(who.id, { itemId, type: name, time: new Date().toISOString() });
  void showHistory(api, who, byId("history"));
  await tracker?.event(type, recommendation);
  try {
    await api.events.queue.flush();
  } catch {
    toast(`${verb} “${title}”. It is kept here until the server can be reached.`);
    return;
  }
  await new Promise((resolve) => setTimeout(resolve, EFFECT_MS));
  if (who === person && surface !== "trending") {
    const change = await feed.refresh();
    toast(`${verb} “${title}”. ${change ? changeInWords(change) : ""}`);
  }
}

function toast(text: string): void {
  const place = byId("toast");
  place.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => place.replaceChildren(), TOAST_MS);
}

function go(id: string, name: Surface): void {
  location.hash = address(id, name);
}

function address(id: string, name: Surface): string {
  return `#${new URLSearchParams({ for: id, surface: name })}`;
}
