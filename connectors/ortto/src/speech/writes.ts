import type { Write } from '@tributary/connector-kit';
import { type Fields, publicId } from '@tributary/model';
import { z } from 'zod';
import { KEYS_MAX } from './limits.ts';

const fields = z.record(z.string(), z.json()).transform((given) => given as Fields);
/** The fields that find the person, whose values are among the others. */
const by = z.array(z.string().min(1)).min(1).max(KEYS_MAX);
const at = z.iso.datetime();

/** What is written into Ortto, as it is stored until it is written. `at` is when it was asked for. */
export const bodies = {
  merge: z.object({
    ...{ fields, by, at },
    tags: z.array(z.string()),
    unsetTags: z.array(z.string()),
    strategy: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    skipNonExisting: z.boolean(),
  }),
  activity: z.object({ ...{ fields, by, at }, activity: z.string().min(1), attributes: fields }),
};

export type MergeBody = z.infer<typeof bodies.merge>;
export type ActivityBody = z.infer<typeof bodies.activity>;

/** To a person of ours: what is written of them is written in the order it was asked for. */
function targetOf(personId: string): string {
  return `person:${publicId(personId)}`;
}

export function isTarget(target: string): boolean {
  return /^person:[0-9a-f]{24}$/.test(target);
}

export function writeOf(
  personId: string,
  write: { kind: 'merge'; body: MergeBody } | { kind: 'activity'; body: ActivityBody },
): Omit<Write, 'key'> {
  return { ...write, target: targetOf(personId) };
}
