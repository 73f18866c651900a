/** A share with the range it lies in, at 95 % confidence. All between 0 and 1, or −1 and 1 for a difference. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** The 97.5th percentile of the normal distribution. */
const Z = 1.959964;

/**
 * `hits` of `total` with Wilson's score interval, which stays honest for small
 * numbers and shares near 0 or 1 (Wilson 1927). Undefined where there is nothing to divide by.
 */
export function proportion(hits: number, total: number): Estimate | undefined {
  if (total === 0) return undefined;
  const p = hits / total;
  const z2 = Z * Z;
  const middle = (p + z2 / (2 * total)) / (1 + z2 / total);
  const half = (Z / (1 + z2 / total)) * Math.sqrt((p * (1 - p)) / total + z2 / (4 * total * total));
  return { value: p, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** How much higher the first share is than the second, with Newcombe's hybrid score interval (Newcombe 1998, method 10). */
export function difference(a: Estimate, b: Estimate): Estimate {
  const value = a.value - b.value;
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}
