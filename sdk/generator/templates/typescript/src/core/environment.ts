/** What the client takes from the world; tests put their own in its place. */
export interface Environment {
  /** The wall clock, milliseconds since 1970. */
  now(): number;
  /** A clock that never goes back, in milliseconds. */
  monotonic(): number;
  /** A number in [0, 1). */
  random(): number;
  /** A random UUID, version 4. */
  uuid(): string;
  /** Call back after some milliseconds; returns what cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

// What setTimeout can hold; a longer wait ends here, and its owner looks again.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real world. */
export const realEnvironment: Environment = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  uuid,
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** `crypto.randomUUID` is absent on pages that are not served securely. */
function uuid(): string {
  if (typeof crypto.randomUUID === "function") {
    return crypto.randomUUID();
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
