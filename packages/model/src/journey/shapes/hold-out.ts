import { z } from 'zod';
import { common, leadsOn, type ShapeModel } from './common.ts';
import { share } from './split.ts';

/** From here on a share of people gets nothing, so that the report can compare. Fixed by person. */
export const holdOutShape = z.strictObject({ ...common, kind: z.literal('hold-out'), share, next: z.string() });
export type HoldOutShape = z.infer<typeof holdOutShape>;

export const holdOut: ShapeModel<HoldOutShape> = leadsOn;
