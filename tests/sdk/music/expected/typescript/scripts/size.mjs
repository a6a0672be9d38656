// Measures what the package adds to a web page, in bytes after gzip -9.
//
//   node scripts/size.mjs        prints JSON; fails over budget

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const KB = 1000;
const SELECTED = ["PlaysClient", "RadiosClient"];
const ENTRIES = {
  // A channel with the services that a page needs; queue and cache come when they are first used.
  selected: {
    code: `export { Channel, ${SELECTED.join(", ")} } from "./dist/index.js";`,
    budget: 35 * KB,
  },
  // Every service, and all that is loaded later.
  all: { code: `export { Client } from "./dist/index.js";`, budget: 45 * KB },
};

/** Return the sizes of what an entry loads at once and of what it loads later. */
async function measure(code) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: ROOT, sourcefile: "entry.js" },
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    outdir: "out",
    write: false,
    metafile: true,
  });
  const bytesOf = new Map(
    outputFiles.map((each) => [each.path, gzipSync(each.contents, { level: 9 }).length]),
  );
  const outputs = Object.entries(metafile.outputs);
  const path = (name) =>
    [...bytesOf.keys()].find((each) => each.endsWith(name.replace(/^.*\//, "/")));
  const entry = outputs.find(([, output]) => output.entryPoint?.endsWith("entry.js"));
  const initial = new Set([entry[0]]);
  for (const name of initial) {
    for (const each of metafile.outputs[name].imports) {
      if (each.kind === "import-statement") {
        initial.add(each.path);
      }
    }
  }
  const sum = (names) => names.reduce((total, name) => total + bytesOf.get(path(name)), 0);
  const names = outputs.map(([name]) => name);
  return { initial: sum([...initial]), total: sum(names) };
}

const selected = await measure(ENTRIES.selected.code);
const all = await measure(ENTRIES.all.code);
const sizes = {
  selected_bytes: selected.initial,
  selected_budget_bytes: ENTRIES.selected.budget,
  lazy_bytes: selected.total - selected.initial,
  all_bytes: all.total,
  all_budget_bytes: ENTRIES.all.budget,
};
console.log(JSON.stringify(sizes));
if (selected.initial > ENTRIES.selected.budget || all.total > ENTRIES.all.budget) {
  console.error("over budget");
  process.exitCode = 1;
}
