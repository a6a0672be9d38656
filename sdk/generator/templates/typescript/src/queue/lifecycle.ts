/** What a queue wants to know of its page. */
export interface Lifecycle {
  /** The page is no longer seen; on phones often the last that is heard of it. */
  readonly hidden: () => void;
  /** The page ends. */
  readonly leaving: () => void;
  /** The network is back. */
  readonly online: () => void;
}

/** Listen, where there is a page; returns what stops it. */
export function onLifecycle({ hidden, leaving, online }: Lifecycle): () => void {
  if (typeof document === "undefined" || typeof window === "undefined") {
    return () => {};
  }
  const changed = () => {
    if (document.visibilityState === "hidden") {
      hidden();
    }
  };
  document.addEventListener("visibilitychange", changed);
  window.addEventListener("pagehide", leaving);
  window.addEventListener("online", online);
  return () => {
    document.removeEventListener("visibilitychange", changed);
    window.removeEventListener("pagehide", leaving);
    window.removeEventListener("online", online);
  };
}
