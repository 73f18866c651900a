/**
 * A query string with PHP's brackets: `filter[id][]=1&filter[created_at][from]=2`.
 * Kept as a flat list of paths, so that no key can reach an object's prototype.
 */
export interface Query {
  one(...path: string[]): string | undefined;
  /** A value given once, several times, or as a list with `[]` or `[0]`. */
  all(...path: string[]): string[];
  /** A value below 0 or not a number counts as not given. */
  number(...path: string[]): number | undefined;
  /** `[from]` and `[to]`, both inclusive; a bare value is a from. */
  range(...path: string[]): { from: number; to: number } | undefined;
  /** The children of a list of objects: `filter[statuses][0][status_id]`. */
  groups(...path: string[]): Map<string, string>[];
  /** Comma-separated, as in `with=contacts,loss_reason`. */
  words(...path: string[]): string[];
}

export function parseQuery(url: string): Query {
  const mark = url.indexOf('?');
  const pairs = [...new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))].map(([key, value]) => ({
    path: key.replaceAll(']', '').split('['),
    value,
  }));
  const under = (path: string[]) => pairs.filter((pair) => path.every((part, i) => pair.path[i] === part));
  const one = (...path: string[]) => under(path).find((pair) => pair.path.length === path.length)?.value;
  const number = (...path: string[]) => {
    const value = one(...path);
    return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
  };
  return {
    one,
    number,
    all: (...path) =>
      under(path)
        .filter((pair) => pair.path.length <= path.length + 1)
        .map((pair) => pair.value),
    range(...path) {
      const from = number(...path, 'from') ?? number(...path);
      const to = number(...path, 'to');
      if (from === undefined && to === undefined) return undefined;
      return { from: from ?? 0, to: to ?? Number.POSITIVE_INFINITY };
    },
    groups(...path) {
      const found = new Map<string, Map<string, string>>();
      for (const pair of under(path)) {
        const [index, name] = pair.path.slice(path.length);
        if (index === undefined || name === undefined) continue;
        const group = found.get(index) ?? new Map<string, string>();
        found.set(index, group.set(name, pair.value));
      }
      return [...found.values()];
    },
    words: (...path) => (one(...path) ?? '').split(',').filter(Boolean),
  };
}

/** Numbers out of a list of texts; texts that are none are left out. */
export function numbers(list: readonly string[]): number[] {
  return list
    .flatMap((text) => text.split(','))
    .map(Number)
    .filter(Number.isInteger);
}
