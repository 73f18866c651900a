/** One line of the result. */
export interface Figure {
  what: string;
  value: number;
  unit: 'ms' | 's' | '/s' | 'MB' | '%';
  /** The same on the bare machine, without Tributary, in the same run. */
  raw?: number;
  target?: { below: number } | { atLeast: number };
  /** What one has to know to read it. */
  note?: string;
}

/** Whether a figure meets its target; undefined where it has none. */
export function meets({ value, target }: Figure): boolean | undefined {
  if (!target) return undefined;
  return 'below' in target ? value < target.below : value >= target.atLeast;
}

/** The value that this share of all does not exceed. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const p50 = (values: readonly number[]): number => percentile(values, 0.5);
export const p99 = (values: readonly number[]): number => percentile(values, 0.99);
