import type { ClientOptions, Environment } from "@shortlist/sdk";
import { Client } from "@shortlist/sdk";
import { MockTransport } from "@shortlist/sdk/testing";
import { RecommendationService } from "@shortlist/sdk/v1";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that passes only when told to, and chance that always says the same. */
export class FakeWorld implements Environment {
  chance = 0.5;
  time = 1_700_000_000_000;
  /** How long each timer was set for. */
  readonly delays: number[] = [];
  readonly #timers = new Set<Timer>();
  #ids = 0;

  now = () => this.time;
  monotonic = () => this.time;
  random = () => this.chance;
  uuid = () => `id-${++this.#ids}`;

  setTimer = (delayMs: number, callback: () => void) => {
    const timer = { at: this.time + delayMs, callback };
    this.delays.push(delayMs);
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Let time pass, with what is due on the way. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const [next] = [...this.#timers].filter((each) => each.at <= end).sort((a, b) => a.at - b.at);
      if (!next) {
        break;
      }
      this.time = Math.max(this.time, next.at);
      this.#timers.delete(next);
      next.callback();
    }
    this.time = end;
    await settle();
  }

  /** Let time pass until some work is done; returns its outcome. */
  async until<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => {});
    for (let turns = 0; !isDone && turns < 5_000; turns += 1) {
      await settle();
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
      if (!isDone && next) {
        await this.pass(Math.max(0, next.at - this.time));
      }
    }
    return done;
  }
}

/** Let everything that is ready go on. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 4; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A client on a mock, in a world of its own. */
export function mocked(options: Partial<ClientOptions> = {}) {
  const world = new FakeWorld();
  const mock = new MockTransport();
  const client = new Client({ endpoint: "", transport: mock, environment: world, ...options });
  return { world, mock, client };
}

/** Return what a promise is rejected with. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("it was not rejected");
}

// What is loaded when it is first used is loaded now: that takes real time, which fakes don't know.
const warm = new MockTransport().on(RecommendationService.method.recommend, {});
const first = new Client({ endpoint: "", transport: warm });
await first.recommendations.recommend({});
await first.events.queue.start();
await first.close();
