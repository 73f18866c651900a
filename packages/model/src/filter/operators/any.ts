import type { Read } from './reading.ts';

/** For every kind of field. `""` and `0` are values, `null` is none (Ortto help, a-257). */
export const anyOperators = {
  $has_any_value: () => ({ test: { kind: 'present' } }),
  $has_no_value: () => ({ test: { kind: 'present' }, not: true }),
} satisfies Record<string, Read>;
