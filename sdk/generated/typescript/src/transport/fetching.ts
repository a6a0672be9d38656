import { Failure } from "../core/status.js";

/** Options of transports on `fetch`. */
export interface FetchOptions {
  /** In place of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Whether cookies go along; absent: `same-origin`. */
  readonly credentials?: RequestCredentials;
}

/** What is posted. */
export interface Post {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
  readonly keepalive: boolean;
}

// Browsers refuse a request that outlives its page when its body is larger.
const LARGEST_KEEPALIVE_BYTES = 63 * 1024;

/** Post a request; what keeps it from being answered is a failure of the transport. */
export async function post(request: Post, options: FetchOptions): Promise<Response> {
  const { url, headers, body, signal, keepalive } = request;
  const fetch = options.fetch ?? globalThis.fetch;
  try {
    return await fetch(url, {
      method: "POST",
      headers,
      body: body as BodyInit,
      signal,
      redirect: "error",
      keepalive: (keepalive || isPageHidden()) && body.byteLength <= LARGEST_KEEPALIVE_BYTES,
      ...(options.credentials ? { credentials: options.credentials } : {}),
    });
  } catch (cause) {
    throw broken(cause);
  }
}

/** Return the whole body of a reply. */
export async function bodyOf(response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw broken(cause);
  }
}

/** Return whether a reply says that it is of a content type. */
export function isOf(response: Response, type: string): boolean {
  return (response.headers.get("content-type") ?? "").split(";")[0]?.trim() === type;
}

/** Return the failure of a connection that broke or never was. */
export function broken(cause: unknown): Failure {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Failure("UNAVAILABLE", `the server can't be reached: ${why}`, {
    isTransport: true,
    cause,
  });
}

/** Return the address of a method. */
export function urlOf(endpoint: string, service: string, method: string): string {
  return `${endpoint.replace(/\/+$/, "")}/${service}/${method}`;
}

/** A page that is put away may be gone before the reply: its requests have to outlive it. */
function isPageHidden(): boolean {
  return typeof document !== "undefined" && document.visibilityState === "hidden";
}
