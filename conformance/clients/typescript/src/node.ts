// The program under test in Node.
import { nodeTransport } from "@shortlist/sdk/node";
import { answer } from "./answering.js";
import type { Platform } from "./opening.js";
import { fetchTransport } from "./opening.js";
import { Session } from "./session.js";

const platform: Platform = {
  protocols: ["connect", "grpc-web", "grpc"],
  hasRequestStreams: true,
  transport(protocol, withStreams) {
    if (protocol === "grpc" || (withStreams && protocol !== "rest")) {
      return nodeTransport({ protocol: protocol as "connect" | "grpc-web" | "grpc" });
    }
    return fetchTransport(protocol);
  },
  lacks: {
    kill_and_restart: "in Node events wait in memory, which does not outlive the client",
    background: "there is no screen to leave",
  },
};

await answer({
  language: "typescript-node",
  protocols: platform.protocols,
  async open(request) {
    const session = new Session(request, platform);
    session.requireSupported();
    return session;
  },
});
process.exit(0);
