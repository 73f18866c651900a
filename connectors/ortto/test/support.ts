import type { DueWrite, Session, Write, WriteOutcome } from '@tributary/connector-kit';
import { createMemory, realHttp } from '@tributary/connector-kit/testing';
import { systemClock } from '../../../packages/server/src/platform/clock.ts';
import { type Line, openLine } from '../../../packages/server/test/support/line.ts';
import { type Other, startOther } from '../../../packages/server/test/support/other.ts';
import { ortto } from '../src/index.ts';
import { bodies, writeOf } from '../src/speech/writes.ts';

let started: Promise<Other> | undefined;

/** The other side of a file's tests: a Tributary that really listens, with a field and an activity to write. */
export function other(): Promise<Other> {
  started ??= startOther(systemClock).then(async (one) => {
    await one.api('/v1/person/custom-field/create', { type: 'text', name: 'Plan' });
    await one.api('/v1/person/custom-field/create', { type: 'multi_select', name: 'Brands', values: ['Acme'] });
    await one.api('/v1/person/custom-field/create', { type: 'object', name: 'First half' });
    await one.api('/v1/person/custom-field/create', { type: 'object', name: 'Second half' });
    await one.api('/v1/definitions/activity/create', { name: 'Demo booked' });
    return one;
  });
  return started;
}

export async function closeOther(): Promise<void> {
  await (await started)?.close();
}

/** A session on a line of its own, and people of its own at the other side. */
export interface Side {
  session: Session;
  line: Line;
  /** The address of one of them. */
  email(name: string): string;
  write(writes: readonly DueWrite[]): Promise<WriteOutcome[]>;
  /** What is known of them over there, and what they did, by their names. */
  people(): Promise<{ name: string; fields: Record<string, unknown>; activities: string[] }[]>;
  close(): Promise<void>;
}

let sides = 0;

export async function openSide(): Promise<Side> {
  const { url, key, api } = await other();
  const line = await openLine(url);
  sides += 1;
  const home = `@side${sides}.example`;
  const tools = { http: realHttp, now: () => new Date(), log: () => undefined };
  const session = ortto.open(ortto.settings.parse({ url: line.url, key }), tools);
  return {
    ...{ session, line },
    email: (name) => `${name}${home}`,
    async write(writes) {
      const outcomes: WriteOutcome[] = [];
      for await (const some of session.write(writes, createMemory())) outcomes.push(...some);
      return outcomes;
    },
    async people() {
      const filter = { '$str::ends': { field_id: 'str::email', value: home } };
      const fields = ['str::email', 'str::first', 'str:cm:plan', 'sst:cm:brands', 'tags'];
      const found = (await api('/v1/person/get', { filter, fields, limit: 500, sort_by_field_id: 'str::email' })) as {
        contacts: { id: string; fields: Record<string, string> }[] | null;
      };
      const shown = await Promise.all(
        (found.contacts ?? []).map(async ({ id, fields: { 'str::email': email = '', ...rest } }) => ({
          name: email.replace(home, ''),
          fields: rest,
          activities: await activitiesOf(api, id),
        })),
      );
      return shown.sort((a, b) => a.name.localeCompare(b.name));
    },
    close: line.close,
  };
}

async function activitiesOf(api: Other['api'], person_id: string): Promise<string[]> {
  const read = await api('/v1/person/get/activities', { person_id, activities: ['act:cm:demo-booked'], limit: 50 });
  const { activities } = read as { activities: { created_at: string; attr: object }[] | null };
  return (activities ?? []).map(({ created_at, attr }) => `${created_at} ${JSON.stringify(attr)}`).sort();
}

/** A write as a host gives it when it is due. */
export function due(write: Omit<Write, 'key'>, id: number | string, uncertain = false): DueWrite {
  return { ...write, id: String(id), key: `key ${id}`, uncertain };
}

/** Such a moment as a step is asked for at. */
export const moment = new Date(Date.now() - 60_000).toISOString();

export function mergeOf(personId: number, email: string, more: Record<string, unknown> = {}): Omit<Write, 'key'> {
  const { fields, ...rest } = more as { fields?: object };
  const body = bodies.merge.parse({
    ...{ fields: { 'str::email': email, ...fields }, by: ['str::email'], tags: [], unsetTags: [] },
    ...{ strategy: 2, skipNonExisting: false, at: moment },
    ...rest,
  });
  return writeOf(String(personId), { kind: 'merge', body });
}

export function activityOf(personId: number, email: string, more: Record<string, unknown> = {}): Omit<Write, 'key'> {
  const body = bodies.activity.parse({
    ...{ fields: { 'str::email': email }, by: ['str::email'], at: moment },
    ...{ activity: 'act:cm:demo-booked', attributes: { 'str:cm:place': 'Lisbon' } },
    ...more,
  });
  return writeOf(String(personId), { kind: 'activity', body });
}
