import type { Environment } from "./environment.js";

/** A header that shows who calls. */
export interface Authorization {
  readonly header: string;
  readonly value: string;
}

/** How calls show who makes them. */
export interface Credentials {
  /** Whether a refused authorization can be replaced by a fresh one. */
  readonly canRefresh: boolean;
  /**
   * Return the header to send.
   *
   * @param refused - the authorization that the server no longer takes.
   */
  authorize(environment: Environment, refused?: Authorization): Promise<Authorization>;
}

/** A token with the time from which it no longer serves. */
export interface Token {
  readonly token: string;
  /** When it expires; absent: when the server says so. */
  readonly expiresAt?: Date;
}

/** Gets a token; `forceRefresh`: the one it gave before was refused. */
export type TokenProvider = (forceRefresh: boolean) => Promise<Token | string>;

// A token that expires on its way is refused.
const EXPIRY_SKEW_MS = 30_000;

/** Return credentials of an API key. */
export function apiKey(key: string): Credentials {
  const authorization = { header: "x-api-key", value: key };
  return { canRefresh: false, authorize: () => Promise.resolve(authorization) };
}

/** Return credentials of a token provider; calls at the same time share one refresh. */
export function bearer(provider: TokenProvider): Credentials {
  return new BearerCredentials(provider);
}

class BearerCredentials implements Credentials {
  readonly canRefresh = true;
  readonly #provider: TokenProvider;
  #current: Authorization | undefined;
  #expiresAt = Number.POSITIVE_INFINITY;
  #pending: Promise<Authorization> | undefined;

  constructor(provider: TokenProvider) {
    this.#provider = provider;
  }

  authorize(environment: Environment, refused?: Authorization): Promise<Authorization> {
    const current = this.#current;
    const isFresh = environment.now() < this.#expiresAt - EXPIRY_SKEW_MS;
    // Someone else may have replaced the refused one already.
    if (current && isFresh && current !== refused) {
      return Promise.resolve(current);
    }
    this.#pending ??= this.#fetch(refused !== undefined && refused === current).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #fetch(forceRefresh: boolean): Promise<Authorization> {
    const given = await this.#provider(forceRefresh);
    const { token, expiresAt } = typeof given === "string" ? { token: given } : given;
    this.#expiresAt = expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
    this.#current = { header: "authorization", value: `Bearer ${token}` };
    return this.#current;
  }
}
