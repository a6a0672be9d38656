import { createServer } from "node:http";
import type { Http2Session } from "node:http2";
import { createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";

/** A server in this process that speaks Connect, gRPC-Web and gRPC over HTTP/1.1. */
export interface FakeServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serve what a router is told, and files by their paths. */
export async function serve(
  routes: (router: ConnectRouter) => void,
  files: Readonly<Record<string, { type: string; content: string | Uint8Array }>> = {},
): Promise<FakeServer> {
  const calls = connectNodeAdapter({ routes });
  const server = createServer((request, response) => {
    const file = files[(request.url ?? "").split("?")[0] ?? ""];
    if (request.method === "GET" && file) {
      response.writeHead(200, { "content-type": file.type }).end(file.content);
    } else {
      calls(request, response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Serve calls over HTTP/2 without TLS. */
export async function serveHttp2(routes: (router: ConnectRouter) => void): Promise<FakeServer> {
  const server = createHttp2Server(connectNodeAdapter({ routes }));
  const sessions = new Set<Http2Session>();
  server.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      for (const session of sessions) {
        session.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
