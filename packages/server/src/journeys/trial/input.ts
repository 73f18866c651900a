import { type Fields, template } from '@tributary/model';
import { z } from 'zod';
import { scriptEvent } from './script.ts';

const fields = z.record(z.string().min(1), z.json()).transform((given) => given as Fields);

/** Somebody who is there, or somebody made up. */
const person = z.union([
  z.string().trim().min(1).max(255),
  z.strictObject({ id: z.string().min(1) }),
  z.strictObject({ email: z.string().min(1) }),
  z.strictObject({ fields: fields.default({}), tags: z.array(z.string().min(1).max(255)).max(100).default([]) }),
]);

/** What a simulation is asked, beside which journey. */
const asked = {
  /** An address or an id; or fields and tags of somebody made up. Left out: somebody of whom nothing is known. */
  person: person.default({ fields: {}, tags: [] }),
  /** The attributes of what starts the run. */
  entry: fields.default({}),
  start: z.iso.datetime({ offset: true }).optional(),
  events: z.array(scriptEvent).max(200).default([]),
  /** Which way chance takes, by shape: the name of a branch or a version, “held out” or “goes on”. */
  take: z.record(z.string(), z.string()).default({}),
  /** Every way that chance could take. */
  every: z.boolean().default(false),
  /**
   * Answers that only the database has, by audience (those that are topics among them), campaign or activity: for
   * somebody made up, and over what it says.
   */
  assume: z.record(z.string(), z.boolean()).default({}),
  /** Steps that fail, by shape, with the reason. */
  fail: z.record(z.string(), z.string().min(1).max(255)).default({}),
  days: z.number().positive().max(3650).default(365),
  /** Goes in although the entry's filters do not hold. */
  anyway: z.boolean().default(false),
};

const templates = z.record(z.string().min(1).max(255), template).default({});

/** `POST /api/journeys/{id}/simulate`: a journey that is there, as it is live or as its draft has it. */
export const simulateJourneyBody = z.strictObject({ ...asked, templates, draft: z.boolean().default(false) });

/** `POST /api/journeys/simulate`: a definition, or the name or the id of a journey. */
export const simulateBody = z.strictObject({
  ...asked,
  templates,
  draft: z.boolean().default(false),
  journey: z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
});
export type SimulateInput = z.infer<typeof simulateBody>;
