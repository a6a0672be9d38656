import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const HTML = '<!doctype html><title>SDK</title><script type="module" src="/page.js"></script>';

/** Serve the page and the scripts of a folder on this machine; returns the address. */
export async function serveSite(folder: URL): Promise<string> {
  const scripts = new Map(
    readdirSync(folder).map((name) => [`/${name}`, readFileSync(new URL(name, folder))]),
  );
  const server = createServer((request, response) => {
    const script = scripts.get(request.url ?? "");
    const type = script ? "text/javascript" : "text/html";
    const headers = { "content-type": type, "cache-control": "max-age=3600" };
    response.writeHead(200, headers).end(script ?? HTML);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
