/**
 * What every operator comes down to. The evaluator (`holds.ts`) and the SQL of
 * the server know these and no operator, so that a new spelling is a line.
 */
export type Test =
  | { kind: 'present' }
  | TextTest
  | { kind: 'number'; over?: number; under?: number; from?: number; to?: number; zero?: true }
  | { kind: 'bool'; is: boolean }
  | { kind: 'list'; how: 'all' | 'any' | 'same' | 'sequence'; values: readonly string[] }
  | { kind: 'length'; over?: number; under?: number; is?: number }
  | { kind: 'item'; which: 'first' | 'last'; test: TextTest }
  | { kind: 'instant'; from?: Moment; before?: Moment }
  | { kind: 'days'; from?: Day; to?: Day; timezone: string }
  | { kind: 'anniversary'; inDays: number; timezone: string }
  | { kind: 'near'; latitude: number; longitude: number; meters: number }
  | { kind: 'phone'; how: 'is' | 'starts'; any: readonly string[] }
  | { kind: 'calling-code'; codes: readonly string[] }
  | { kind: 'id'; is: string }
  | { kind: 'tags'; any: readonly number[] };

/** Without regard to case: `value` and `to` are in small letters. */
export interface TextTest {
  kind: 'text';
  how: 'is' | 'contains' | 'starts' | 'ends' | 'greater' | 'less' | 'between';
  value: string;
  /** The other end of `between`, which both ends belong to. */
  to?: string;
}

/** A moment that stands still, or one that moves with now (milliseconds ago; negative: ahead). */
export type Moment = { at: Date } | { ago: number };
/** A calendar day that stands still ("2026-01-31"), or one that moves with today. */
export type Day = { on: string } | { inDays: number; inYears?: number };

/** A test, and whether it is meant the other way round. What has no value passes every negated test. */
export interface Asked {
  test: Test;
  not?: true;
}
