import type { z } from 'zod';

/** A call of ours, as its description is made from. */
export interface Own {
  operationId: string;
  summary: string;
  query?: z.ZodType;
  body?: z.ZodType;
  /** The file itself, as it is. */
  file?: true;
  answers: Readonly<Record<number, string>>;
  refusals: readonly number[];
}
