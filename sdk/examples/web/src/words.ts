import type { AttributeValue, Item, Reason } from "@shortlist/sdk/v1";
import { DegradationKind, ReasonCode } from "@shortlist/sdk/v1";

/** Return why an item is there, in a sentence; `titleOf` names the items it refers to. */
export function reasonInWords(reason: Reason, titleOf: (itemId: string) => string): string {
  const items = listed(reason.itemIds.slice(0, 2).map((each) => `“${titleOf(each)}”`));
  switch (reason.code) {
    case ReasonCode.MATCHES_YOUR_TASTE:
      return "Matches your taste";
    case ReasonCode.ENGAGED_TOGETHER:
      return items ? `Often chosen with ${items}` : "Often chosen with things you like";
    case ReasonCode.SIMILAR_CONTENT:
      return items ? `Similar to ${items}` : "Similar to things you like";
    case ReasonCode.SHARES_ATTRIBUTE:
      return `You like ${reason.value}`;
    case ReasonCode.TRENDING:
      return "Trending right now";
    case ReasonCode.POPULAR:
      return "Popular with many";
    case ReasonCode.NEW:
      return "New here";
    case ReasonCode.EXPLORATION:
      return "Something different, to learn what you like";
    case ReasonCode.ENGAGED_BEFORE:
      return "You chose it before";
    case ReasonCode.EDITORIAL:
      return "Picked by the editors";
    default:
      return "Recommended";
  }
}

/** Return what went wrong with a part of a slate. */
export function degradationInWords(kind: DegradationKind, component: string): string {
  const name = plain(component);
  switch (kind) {
    case DegradationKind.SOURCE_LEFT_OUT:
      return `${name} was left out`;
    case DegradationKind.POPULAR_FALLBACK:
      return "every source failed: popular items";
    case DegradationKind.DEFAULT_FEATURES:
      return `${name}: default values were used`;
    case DegradationKind.FALLBACK_RANKER:
      return `${name}: a simpler ranker took over`;
    case DegradationKind.FALLBACK_SLATE:
      return "too little time: the fallback slate";
    case DegradationKind.NO_MODEL:
      return "no trained model yet";
    default:
      return `${name} did not work`;
  }
}

/** `two_tower` is `two tower`. */
export function plain(name: string): string {
  return name.replaceAll("_", " ");
}

/** Return the title of an item, or its id. */
export function titleOf(item: Item | undefined, itemId: string): string {
  return item?.title || itemId;
}

// The first of these that an item has stand on its card.
const KINDS = ["category", "genre", "genres", "type", "topic"];
const MAKERS = ["author", "authors", "artist", "director", "brand", "publisher"];
const YEARS = ["year", "original_publication_year", "release_year"];

/** Return what a card says beside the title: its kind, and who made it when. */
export function cardLines(item: Item | undefined): { kind: string; maker: string } {
  const first = (names: string[]) =>
    names.map((each) => valueInWords(item?.attributes[each])).find((each) => each !== "") ?? "";
  const maker = [first(MAKERS), first(YEARS)].filter(Boolean).join(", ");
  return { kind: first(KINDS), maker };
}

/** Return an attribute's value as text; empty: it has none. */
export function valueInWords(value: AttributeValue | undefined): string {
  switch (value?.kind.case) {
    case "stringValue":
      return value.kind.value;
    case "stringsValue":
      return value.kind.value.values.slice(0, 4).join(", ");
    case "numberValue":
      return String(value.kind.value);
    case "timestampValue":
      return new Date(Number(value.kind.value.seconds) * 1_000).toISOString().slice(0, 10);
    default:
      return "";
  }
}

/** `3 days ago`. */
export function ago(time: Date, now = Date.now()): string {
  const minutes = Math.round((time.getTime() - now) / 60_000);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (minutes > -60) {
    return minutes > -1 ? "just now" : words.format(minutes, "minute");
  }
  return minutes > -1_440
    ? words.format(Math.round(minutes / 60), "hour")
    : words.format(Math.round(minutes / 1_440), "day");
}

/** `3 items`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function listed(names: string[]): string {
  return names.join(" and ");
}
