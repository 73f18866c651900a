/** The steps of a path like `shapes.x.branches[0].if.$and[1].$str::is`. */
export function stepsOf(at: string): string[] {
  return at.split(/[.[\]]+/).filter((step) => step !== '');
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(whole: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (part, step) =>
      typeof part === 'object' && part !== null && Object.hasOwn(part, step)
        ? (part as Record<string, unknown>)[step]
        : undefined,
    whole,
  );
}

/** Puts something else at a path that is there. */
export function setAt(whole: unknown, steps: readonly string[], value: unknown): void {
  const parent = valueAt(whole, steps.slice(0, -1)) as Record<string, unknown>;
  parent[steps.at(-1)!] = value;
}
