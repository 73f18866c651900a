import type { Write } from '@tributary/connector-kit';
import { z } from 'zod';
import { type Entity, targetOf } from '../entity.ts';

const at = z.iso.datetime();

/** What is written into Kommo, as it is stored until it is written. `at` is when it was asked for. */
export const bodies = {
  note: z.object({ text: z.string().min(1), at }),
  /** A custom field, by its name or id, and its value as people give it. */
  field: z.object({ field: z.string().min(1), value: z.union([z.string(), z.number(), z.boolean()]), at }),
  /** The stage and the pipeline by their names or ids; without a pipeline, the one the deal is in. */
  stage: z.object({ stage: z.string().min(1), pipeline: z.string().min(1).optional(), reopen: z.boolean(), at }),
  /** By id, name or e-mail. */
  responsible: z.object({ user: z.string().min(1), at }),
  task: z.object({ text: z.string().min(1), completeTill: z.int(), taskType: z.int() }),
};

export type Kind = keyof typeof bodies;
export type Body<K extends Kind> = z.infer<(typeof bodies)[K]>;

export function writeOf<K extends Kind>(kind: K, entity: Entity, body: Body<K>): Omit<Write, 'key'> {
  return { kind, target: targetOf(entity), body };
}

export function bodyOf<K extends Kind>(kind: K, { body }: Pick<Write, 'body'>): Body<K> {
  return bodies[kind].parse(body) as Body<K>;
}
