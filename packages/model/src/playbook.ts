import { z } from 'zod';
import { customActivityId, customFieldId, type DisplayType, prefixOf } from './schema/field-id.ts';
import { template } from './template.ts';

const displayType = z.enum(Object.keys(prefixOf) as [DisplayType, ...DisplayType[]]);
const name = z.string().trim().min(1).max(255);

/** A custom field of people that the journey needs. Its id follows from name and type. */
const declaredField = z.strictObject({
  name,
  type: displayType,
  /** Of a single or multi select. */
  choices: z.array(z.string().min(1).max(255)).max(1000).optional(),
});
export type DeclaredField = z.infer<typeof declaredField>;

/** A custom activity that the journey needs. Its id follows from the name, and those of its attributes from theirs. */
const declaredActivity = z.strictObject({
  name,
  /** It moves when the person was last seen. */
  touch: z.boolean().default(true),
  attributes: z
    .array(z.strictObject({ name, type: displayType }))
    .max(15)
    .default([]),
});
export type DeclaredActivity = z.infer<typeof declaredActivity>;

/** A journey, the templates it sends and what else it needs, in one file. The journey itself is checked by `checkJourney`. */
export const playbook = z.strictObject({
  /** Where editors find the schema of a JSON file. */
  $schema: z.string().optional(),
  journey: z.unknown(),
  /** Those that are not here are looked for beside the file, and in the workspace. */
  templates: z.record(z.string().min(1).max(255), template).default({}),
  /** Made by the push where they are not there. */
  activities: z.array(declaredActivity).max(100).default([]),
  fields: z.array(declaredField).max(100).default([]),
});
export type Playbook = z.infer<typeof playbook>;

/** The ids that what a playbook declares will have. */
export function declaredIds({ activities, fields }: Pick<Playbook, 'activities' | 'fields'>): {
  activities: string[];
  fields: string[];
} {
  return {
    activities: activities.map((each) => customActivityId(each.name)),
    fields: fields.map((each) => customFieldId(each.name, each.type)),
  };
}
