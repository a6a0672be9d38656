import { API_NAME, VERSION } from "../api.js";

interface Runtime {
  readonly process?: {
    readonly versions?: { readonly node?: string; readonly bun?: string };
    readonly platform?: string;
  };
  readonly navigator?: { readonly userAgent?: string };
}

// The first that matches: most browsers name others beside themselves.
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ["edge", /Edg\//],
  ["opera", /OPR\//],
  ["samsung", /SamsungBrowser\//],
  ["firefox", /Firefox\//],
  ["chrome", /Chrome\//],
  ["safari", /Safari\//],
];

/** Name of the header that says which client calls. */
export const CLIENT_HEADER = `x-${API_NAME}-client`;

/** Whether this is a server-side runtime, which may set any header. */
export function isNode(runtime: Runtime = globalThis as Runtime): boolean {
  return runtime.process?.versions?.node !== undefined;
}

/** Return the header's value: SDK, language and platform, each with its version where it has one. */
export function clientHeader(runtime: Runtime = globalThis as Runtime): string {
  const sdk = `sdk/typescript/${VERSION}`;
  if (isNode(runtime)) {
    const { versions, platform } = runtime.process ?? {};
    return `${sdk}; lang/node${versions?.node}; platform/${platform ?? "other"}`;
  }
  const agent = runtime.navigator?.userAgent ?? "";
  const browser = BROWSERS.find(([, pattern]) => pattern.test(agent))?.[0] ?? "other";
  return `${sdk}; lang/es2022; platform/${browser}`;
}
