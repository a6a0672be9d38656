import type { SlatePage, Surface } from "./api.js";
import { h } from "./dom.js";
import { degradationInWords, plain } from "./words.js";

/** Return what is known of how a slate was made. */
export function making(
  page: SlatePage,
  surface: Surface,
  latencies: readonly number[],
): HTMLElement {
  const { info, modelVersions, exposures, degradations } = page;
  const models = new Map(modelVersions.map((each) => [each.version, each.component]));
  const rows: [string, HTMLElement | string][] = [
    ["Surface", surface],
    ["Latency", latency(latencies)],
    ["Reply", replyInWords(page)],
    [
      "Models",
      list(
        [...models].map(([version]) => version),
        "none",
      ),
    ],
    [
      "Variants",
      list(
        exposures.map((each) => `${each.experiment}: ${each.variant}`),
        "no experiment",
      ),
    ],
    [
      "Degraded",
      list(
        degradations.map(({ kind, component }) => degradationInWords(kind, component)),
        "no, all parts worked",
      ),
    ],
    ["Request", h("code", {}, (info?.requestId || page.requestId).slice(0, 13))],
  ];
  return h("dl", {}, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/** Return the chips beside a slate's title: how fast, and what a reader should know. */
export function chips(page: SlatePage, latencies: readonly number[]): HTMLElement[] {
  const { info, exposures, degradations } = page;
  const last = latencies.at(-1);
  const made: [string, string][] = [];
  if (info?.isStale) {
    made.push(["warn", "out of date: the server can't be reached"]);
  } else if (info?.fromCache) {
    made.push(["", "kept from a moment ago"]);
  } else if (last !== undefined) {
    made.push(["", `${Math.round(last)} ms`]);
  }
  made.push(
    ...exposures.map(({ experiment, variant }): [string, string] => {
      return ["", `${plain(experiment)}: ${plain(variant)}`];
    }),
  );
  made.push(
    ...degradations.map(({ kind, component }): [string, string] => {
      return ["warn", degradationInWords(kind, component)];
    }),
  );
  return made.map(([tone, text]) => h("span", { class: `chip ${tone}` }, text));
}

function replyInWords({ info }: SlatePage): string {
  if (info?.fromCache) {
    return info.isStale ? "kept, out of date" : "kept, fresh";
  }
  const attempts = info?.attempts ?? 1;
  return attempts === 1 ? "at the first attempt" : `after ${attempts} attempts`;
}

function list(values: string[], none: string): HTMLElement | string {
  return values.length === 0 ? none : h("ul", {}, ...values.map((each) => h("li", {}, each)));
}

/** The last latencies as bars, the newest in words. */
function latency(all: readonly number[]): HTMLElement {
  const highest = Math.max(1, ...all);
  const bars = all.map((each) => h("i", { "--part": `${Math.max(6, (each / highest) * 100)}%` }));
  const last = all.at(-1);
  return h(
    "span",
    { class: "latency" },
    last === undefined ? "–" : `${Math.round(last)} ms`,
    h("span", { class: "bars", "aria-hidden": "true" }, ...bars),
  );
}
