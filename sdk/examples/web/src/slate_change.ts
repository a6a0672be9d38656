/** What became of a slate after something happened. */
export interface SlateChange {
  /** Ids that were not there before. */
  readonly added: ReadonlySet<string>;
  /** How many were there and are not any more. */
  readonly gone: number;
  /** By how many places an item rose (positive) or fell; items that stayed are left out. */
  readonly moved: ReadonlyMap<string, number>;
}

/** Compare the ids of a slate before and after, each in display order. */
export function slateChange(before: readonly string[], after: readonly string[]): SlateChange {
  const places = new Map(before.map((id, place) => [id, place]));
  const kept = new Set(after);
  const moved = new Map<string, number>();
  after.forEach((id, place) => {
    const old = places.get(id);
    if (old !== undefined && old !== place) {
      moved.set(id, old - place);
    }
  });
  return {
    added: new Set(after.filter((id) => !places.has(id))),
    gone: before.filter((id) => !kept.has(id)).length,
    moved,
  };
}

/** Return a change in words. */
export function changeInWords({ added, gone, moved }: SlateChange): string {
  const parts = [
    added.size > 0 && `${added.size} new`,
    gone > 0 && `${gone} gone`,
    moved.size > 0 && `${moved.size} moved`,
  ].filter(Boolean);
  return parts.length > 0
    ? `The slate changed: ${parts.join(", ")}.`
    : "The slate stayed the same.";
}
