/** For whom a slate is. */
export type Subject =
  | { readonly case: "userId"; readonly value: string }
  | { readonly case: "visitorId"; readonly value: string };

/** Something that a person did. */
export interface Deed {
  readonly itemId: string;
  /** `click`, `like`, `hide` and so on. */
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
}

/** Someone the page can show. */
export interface Person {
  readonly id: string;
  readonly label?: string;
  readonly history?: readonly Deed[];
}

/** What the server of the page says of the deployment: no call of the contract lists users. */
export interface Site {
  readonly people: readonly Person[];
  readonly apiKey?: string;
}

const KEPT_DEEDS = 50;

/** Load what the page's server says; a server that says nothing is fine. */
export async function loadSite(): Promise<Site> {
  try {
    const reply = await fetch("site.json");
    return reply.ok ? ((await reply.json()) as Site) : { people: [] };
  } catch {
    return { people: [] };
  }
}

/** Return the subject of a person; without one, this browser's own visitor. */
export function subjectOf(personId: string): Subject {
  return personId
    ? { case: "userId", value: personId }
    : { case: "visitorId", value: `visitor-${visitor()}` };
}

/** Remember what a person did here. */
export function remember(personId: string, deed: Deed): void {
  const kept = [deed, ...here(personId)].slice(0, KEPT_DEEDS);
  localStorage.setItem(key(personId), JSON.stringify(kept));
}

/** Return what a person did, here and before, newest first. */
export function historyOf(person: Person): Deed[] {
  return [...here(person.id), ...(person.history ?? [])].sort((a, b) => (a.time < b.time ? 1 : -1));
}

function here(personId: string): Deed[] {
  return JSON.parse(localStorage.getItem(key(personId)) ?? "[]") as Deed[];
}

function key(personId: string): string {
  return `history ${personId}`;
}

function visitor(): string {
  const kept = localStorage.getItem("visitor");
  const id = kept ?? Math.random().toString(36).slice(2, 12);
  localStorage.setItem("visitor", id);
  return id;
}
