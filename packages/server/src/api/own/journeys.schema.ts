import { isStorable } from '@tributary/model';
import { z } from 'zod';
import { page } from './page.schema.ts';

const text = z.string().max(1000).refine(isStorable, 'can not hold U+0000 or half a surrogate pair');
/** What may be in it is for the room to judge: a draft may be wrong. */
const definition = z.record(z.string(), z.json()).refine(isStorable, 'can not hold U+0000 or half a surrogate pair');
const edit = z.number().int().min(0);

export const journeysQuery = z.object({
  state: z.enum(['draft', 'on', 'paused', 'draining', 'archived']).optional(),
  q: text.optional(),
  ...page,
});

/** `POST /api/journeys`, `POST /api/journeys/check`. */
export const definitionBody = z.strictObject({ definition });

/** `PUT /api/journeys/{id}/draft`: the whole of it, and the edit that was read. */
export const draftBody = z.strictObject({ definition, edit });
export const discardQuery = z.object({ edit: z.coerce.number().int().min(0).optional() });

/** Where those who stand at a shape go on; null: their way ends. */
const mapping = z
  .record(z.string(), z.string().nullable())
  .refine(isStorable, 'can not hold U+0000 or half a surrogate pair')
  .default({});

/** `POST /api/journeys/{id}/publish/preview`. */
export const previewBody = z.strictObject({ mapping });

/** `POST /api/journeys/{id}/publish`. */
export const publishBody = z.strictObject({
  edit: edit.optional(),
  inside: z.enum(['stay', 'move']).default('stay'),
  mapping,
});

/** `POST /api/journeys/{id}/archive`. */
export const archiveBody = z.strictObject({ let_go: z.boolean().default(false) });
/** `POST /api/journeys/{id}/duplicate`. */
export const duplicateBody = z.strictObject({ name: text.optional() });
/** `POST /api/journeys/{id}/rename`. */
export const renameBody = z.strictObject({ name: text });

const textName = z.union([
  z.enum(['live', 'draft']),
  z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1),
]);
export const diffQuery = z.object({ from: textName.default('live'), to: textName.default('draft') });

export const historyQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: z
    .string()
    .regex(/^\d{1,18}$/, 'is not the id of an entry')
    .optional(),
});

export const runsQuery = z.object({
  state: z.enum(['inside', 'left', 'held', 'parked', 'held-out', 'test']).optional(),
  shape: text.optional(),
  /** A person's id. */
  person: z.string().optional(),
  /** The id of the last run of the page before. */
  before: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

/** `POST /api/journeys/{id}/shapes/{shape}/winner`; null: it is open again. */
export const winnerBody = z.strictObject({ variant: z.string().nullable() });

/** `POST /api/journeys/{id}/try`. */
export const tryBody = z
  .strictObject({
    person_id: z.string().optional(),
    email: text.optional(),
    /** The attributes of what starts the journey. */
    entry: definition.default({}),
    /** No wait lasts longer than some seconds. */
    skip_waits: z.boolean().default(false),
  })
  .refine((body) => (body.person_id === undefined) !== (body.email === undefined), {
    error: 'say who tries it: "person_id" or "email"',
  })
  .meta({ oneOf: [{ required: ['person_id'] }, { required: ['email'] }] });
