// Bundles the page into a folder of static files: node build.mjs FOLDER
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

const [folder = "dist"] = process.argv.slice(2);
const { metafile } = await build({
  entryPoints: { app: "src/main.ts", style: "src/style.css" },
  outdir: folder,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: ["chrome123", "firefox120", "safari17.5"],
  loader: { ".woff2": "file", ".woff": "empty" },
  // A name with a digest may be kept for ever.
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  metafile: true,
  logLevel: "warning",
});

const made = (source) =>
  basename(
    Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === source)?.[0] ?? "",
  );
const page = (await readFile("src/index.html", "utf8"))
  .replace("app.js", made("src/main.ts"))
  .replace("style.css", made("src/style.css"));
await mkdir(folder, { recursive: true });
await writeFile(join(folder, "index.html"), page);
await copyFile("src/icon.svg", join(folder, "icon.svg"));
