// The part of the program under test that runs in Chromium: one page has one test at a time.
import type { Platform } from "./opening.js";
import { fetchTransport } from "./opening.js";
import type { Step, TestRequest } from "./protocol.js";
import { Unsupported } from "./protocol.js";
import { Session } from "./session.js";

const platform: Platform = {
  protocols: ["connect", "grpc-web"],
  hasRequestStreams: false,
  transport: fetchTransport,
  lacks: {},
};

let session: Session | undefined;

/** What the bridge calls; requests, steps and outcomes are JSON. */
const program = {
  protocols: platform.protocols,
  /** Begin a test; returns why the SDK can't do it, or nothing. */
  open(request: string): string {
    session = new Session(JSON.parse(request) as TestRequest, platform);
    try {
      session.requireSupported();
      return "";
    } catch (error) {
      if (error instanceof Unsupported) {
        return error.message;
      }
      throw error;
    }
  },
  async outcome(step: string): Promise<string> {
    if (!session) {
      throw new Error("no test has begun");
    }
    return JSON.stringify(await session.outcome(JSON.parse(step) as Step));
  },
  end(): void {
    session?.end();
  },
};

declare global {
  interface Window {
    program: typeof program;
  }
}
window.program = program;
