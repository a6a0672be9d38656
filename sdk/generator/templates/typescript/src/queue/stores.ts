import { IndexedDbStore } from "./indexeddb_store.js";
import { MemoryStore } from "./memory_store.js";
import type { EventStore, StoredEvent } from "./store.js";

/** Open a store, with what an earlier run left in it: the one given, else the best there is. */
export async function openStore(
  given: EventStore | undefined,
  name: string,
  owner: string,
): Promise<[EventStore, StoredEvent[]]> {
  if (given) {
    return [given, await given.open()];
  }
  if (typeof indexedDB !== "undefined") {
    const store = new IndexedDbStore(name, owner);
    try {
      return [store, await store.open()];
    } catch {
      // The browser refuses storage (some do in private windows): memory has to do.
    }
  }
  return [new MemoryStore(), []];
}
