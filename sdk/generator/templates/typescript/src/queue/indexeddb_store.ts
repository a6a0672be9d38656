import type { EventStore, StoredEvent } from "./store.js";

interface Row extends StoredEvent {
  /** The tab that added it. */
  readonly owner: string;
  /** Grows from event to event. */
  readonly order: number;
}

const EVENTS = "events";

/**
 * Keeps events in IndexedDB. Tabs share the database, each with rows of its own; what a tab that is
 * gone has left goes to whichever asks first. Who is gone is told by locks: they end with the tab.
 */
export class IndexedDbStore implements EventStore {
  readonly #name: string;
  readonly #owner: string;
  #database: Promise<IDBDatabase> | undefined;
  #release: () => void = () => {};
  #added = 0;

  /**
   * @param name - of the database.
   * @param owner - an id that no other tab has.
   */
  constructor(name: string, owner: string) {
    this.#name = name;
    this.#owner = owner;
  }

  async open(): Promise<StoredEvent[]> {
    await this.#holdLock();
    const rows = await this.#rows();
    const left: Row[] = [];
    for (const owner of new Set(rows.map((each) => each.owner))) {
      if (owner !== this.#owner && (await this.#isGone(owner))) {
        left.push(...rows.filter((each) => each.owner === owner));
      }
    }
    await this.#write((events) => {
      for (const each of left) {
        events.put({ ...each, owner: this.#owner });
      }
    });
    return left.sort((a, b) => a.order - b.order);
  }

  add(event: StoredEvent): Promise<void> {
    this.#added += 1;
    const order = Date.now() + this.#added / 1e6;
    return this.#write((events) => events.put({ ...event, owner: this.#owner, order }));
  }

  remove(ids: readonly string[]): Promise<void> {
    return this.#write((events) => {
      for (const id of ids) {
        events.delete(id);
      }
    });
  }

  async close(): Promise<void> {
    const database = await this.#database;
    this.#database = undefined;
    database?.close();
    this.#release();
  }

  async #rows(): Promise<Row[]> {
    const database = await this.#open();
    const events = database.transaction(EVENTS).objectStore(EVENTS);
    const rows = await settled(events.getAll() as IDBRequest<Row[]>);
    return rows.sort((a, b) => a.order - b.order);
  }

  async #write(change: (events: IDBObjectStore) => void): Promise<void> {
    const database = await this.#open();
    const transaction = database.transaction(EVENTS, "readwrite");
    change(transaction.objectStore(EVENTS));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(EVENTS, { keyPath: "id" });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return this.#database;
  }

  /** Hold this tab's lock until it closes. */
  #holdLock(): Promise<void> {
    const { locks } = navigator;
    if (!locks) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      void locks.request(this.#lock(this.#owner), () => {
        resolve();
        return new Promise<void>((release) => {
          this.#release = release;
        });
      });
    });
  }

  /** Without locks every other tab counts as gone: the server knows an event that comes twice. */
  #isGone(owner: string): Promise<boolean> {
    const { locks } = navigator;
    return locks
      ? locks.request(this.#lock(owner), { ifAvailable: true }, (lock) => lock !== null)
      : Promise.resolve(true);
  }

  #lock(owner: string): string {
    return `${this.#name}/${owner}`;
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
