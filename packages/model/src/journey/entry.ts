import { z } from 'zod';
import type { Filter } from '../filter/filter.ts';
import { timezone } from '../time/zone.ts';
import { filterPart, timeOfDay } from './parts.ts';

/**
 * Whether somebody who was in the journey may enter again: `never`; once they have left; at any time, though they are
 * inside; or at most once in so many days, counted from entering. With a `key`, all of it is asked for that key alone.
 */
const again = z
  .union([z.enum(['never', 'after-leaving', 'any-time']), z.strictObject({ days: z.number().positive().max(3650) })], {
    error: 'write never, after-leaving, any-time, or { days: 30 } for at most once in so many days',
  })
  .default('after-leaving');
export type Again = z.infer<typeof again>;

/** On the person, as they are when they would enter. */
const person = z.custom<Filter>().optional();

/** One run at a time per value of this attribute of the entry, such as one per deal; without it one per person. */
const key = z.string().min(1).optional();

const activity = z.strictObject({
  kind: z.literal('activity'),
  activity: z.string().startsWith('act:'),
  /** On the attributes of the activity. */
  filter: z.custom<Filter>().optional(),
  person,
  key,
  again,
});

const audience = z.strictObject({
  kind: z.literal('audience'),
  /** Its id, of 24 hex digits. */
  audience: z.string().min(1),
  when: z.enum(['enters', 'leaves']).default('enters'),
  person,
  again,
});

const tag = z.strictObject({ kind: z.literal('tag'), tag: z.string().min(1).max(255), person, again });

const filter = z.strictObject({
  kind: z.literal('filter'),
  filter: filterPart('filter'),
  /** Those for whom it holds already when the journey is published enter as well. */
  existing: z.boolean().default(false),
  again,
});

const date = z.strictObject({
  kind: z.literal('date'),
  /** A field of people that holds a date or a time. */
  field: z.string().min(1),
  /** So many days after it; before it, where negative. */
  days: z.number().int().min(-3650).max(3650).default(0),
  /** `year`: on its anniversaries. */
  every: z.literal('year').optional(),
  at: timeOfDay.default('00:00'),
  /** Of the day and the time of day. */
  timezone: timezone.default('UTC'),
  person,
  again,
});

const schedule = z.strictObject({
  kind: z.literal('schedule'),
  /** Minute, hour, day of the month, month, day of the week, as crontab reads them. */
  cron: z
    .string()
    .max(100)
    .regex(/^\S+( \S+){4}$/, 'write five fields with single spaces between them, such as "0 9 * * 1"'),
  timezone: timezone.default('UTC'),
  /** Who enters: the members of an audience, those for whom a filter holds, or both at once. */
  audience: z.string().min(1).optional(),
  filter: z.custom<Filter>().optional(),
  again,
});

/** Nobody enters by themselves: only who is put in, by the API, by another journey or by hand. */
const direct = z.strictObject({ kind: z.literal('direct'), key, again });

const entries = z.discriminatedUnion('kind', [activity, audience, tag, filter, date, schedule, direct]);

/** Who enters a journey, and when. An entry without a `kind` is one by an activity. */
export const journeyEntry = z.preprocess(
  (given) =>
    typeof given === 'object' && given !== null && !('kind' in given) ? { kind: 'activity', ...given } : given,
  entries,
);
export type JourneyEntry = z.infer<typeof entries>;
export type EntryKind = JourneyEntry['kind'];
export type EntryOf<K extends EntryKind> = Extract<JourneyEntry, { kind: K }>;
