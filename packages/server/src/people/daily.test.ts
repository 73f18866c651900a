import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { IntakeItem, IntakeOutcome } from '@tributary/model';
import { silent } from '../../test/support/database.ts';
import { openPool } from '../platform/database/pool.ts';
import { createPeople, type People } from './index.ts';
import { idOf, openRoom, type Room } from './test/support.ts';

const DAY = 24 * 3_600_000;
const TOO_MANY = { status: 'invalid', error: 'act:cm:visit: more than 3 of one person on one day' };

describe('what somebody may do only so often on a day', () => {
  let room: Room;
  let people: People;
  let refused = 0;
  let statements: string[] = [];
  let email = '';
  let n = 0;
  const closers: (() => Promise<unknown>)[] = [];

  /** A process that takes three a day, and whose statements are noted. */
  const limiting = (): People => {
    const db = openPool(room.t.connection, silent, 4);
    db.on('connect', (client) => {
      const query = client.query.bind(client) as (...given: unknown[]) => unknown;
      client.query = ((...given: unknown[]) => {
        const [what] = given as [{ name?: string } | string];
        statements.push(typeof what === 'string' ? what : (what.name ?? ''));
        return query(...given);
      }) as typeof client.query;
    });
    closers.push(() => db.end());
    return createPeople({
      db,
      clock: room.clock,
      daily: {
        activities: 3,
        refused: () => {
          refused++;
        },
      },
    });
  };

  before(async () => {
    room = await openRoom();
    // In the morning, that no midnight comes while they run.
    const { clock } = room;
    clock.advance(Math.ceil(clock.now().getTime() / DAY) * DAY + DAY / 3 - clock.now().getTime());
    for (const name of ['visit', 'order']) {
      await room.people.addDefinitions(room.ws, [{ activityId: `act:cm:${name}`, name, touch: true }]);
    }
    people = limiting();
  });
  after(async () => {
    for (const close of closers) await close();
    await room.close();
  });
  beforeEach(() => {
    email = `person${++n}@example.com`;
    refused = 0;
    statements = [];
  });

  const visit = (more: Partial<IntakeItem['activity']> = {}, item: Partial<IntakeItem> = {}): IntakeItem => ({
    who: { by: ['str::email'] },
    fields: { 'str::email': email },
    source: 'API',
    limited: true,
    activity: { id: 'act:cm:visit', attributes: {}, ...more },
    ...item,
  });
  const record = (...items: IntakeItem[]): Promise<IntakeOutcome[]> => people.record(room.ws, items);
  const told = (outcomes: readonly IntakeOutcome[]): string[] => outcomes.map(({ status }) => status);
  const visits = async (): Promise<number> => {
    const { rows } = await room.t.db.query<{ n: number }>(
      `select count(*)::int as n from activity a join identity i using (person_id)
       where i.value = $1 and a.definition_id = (select id from activity_definition where activity_id = 'act:cm:visit')`,
      [email],
    );
    return rows[0]!.n;
  };

  test('is refused record by record from then on, changes nothing, and is counted', async () => {
    const outcomes = await record(...Array.from({ length: 5 }, () => visit()));
    assert.deepEqual(told(outcomes), ['created', 'merged', 'merged', 'invalid', 'invalid']);
    assert.deepEqual(outcomes[4], TOO_MANY);
    const renamed = visit({}, { fields: { 'str::email': email, 'str::first': 'Anna' }, tags: ['VIP'] });
    assert.deepEqual(await record(renamed), [TOO_MANY]);
    const { fields, tags } = (await room.people.find(room.t.db, room.ws, [idOf(outcomes[0])])).values().next().value!;
    assert.equal(fields['str::first'], undefined);
    assert.deepEqual(tags, []);
    assert.equal(await visits(), 3);
    assert.equal(refused, 3);
  });

  test('is another thing for another kind, another person and another day', async () => {
    await record(visit(), visit(), visit());
    const other = visit({ id: 'act:cm:order' });
    const someone = visit({}, { fields: { 'str::email': `other-${email}` } });
    const yesterday = visit({ at: new Date(room.clock.now().getTime() - DAY) });
    const merge: IntakeItem = { who: { by: ['str::email'] }, fields: { 'str::email': email }, source: 'API' };
    assert.deepEqual(told(await record(other, someone, yesterday, merge)), ['merged', 'created', 'merged', 'merged']);
    assert.deepEqual(await record(visit()), [TOO_MANY]);
  });

  test('is taken again from midnight UTC', async () => {
    const nextDay = Math.ceil(room.clock.now().getTime() / DAY) * DAY;
    await record(visit(), visit(), visit());
    assert.deepEqual(await record(visit()), [TOO_MANY]);
    room.clock.advance(nextDay - room.clock.now().getTime());
    assert.deepEqual(told(await record(visit())), ['merged']);
  });

  test('is counted on the day it happened, whenever it is told', async () => {
    const at = (hours: number): Date =>
      new Date(Math.floor(room.clock.now().getTime() / DAY) * DAY - hours * 3_600_000);
    const old = [47, 40, 30, 25, 24.001, 3].map((hours) => visit({ at: at(hours) }));
    assert.deepEqual(told(await record(...old)), ['created', 'merged', 'merged', 'invalid', 'invalid', 'merged']);
  });

  test('told again with its key is the same, not one more', async () => {
    const at = room.clock.now();
    const keyed = (key: string): IntakeItem => visit({ at, key });
    await record(keyed('a'), keyed('b'), keyed('b'), keyed('a'));
    assert.deepEqual(told(await record(keyed('c'), keyed('a'), keyed('d'))), ['merged', 'merged', 'invalid']);
    const [again] = await record(keyed('c'));
    assert.equal('duplicate' in again! && again.duplicate, true);
    assert.equal(await visits(), 3);
  });

  test('is not limited where it does not come from outside', async () => {
    const items = Array.from({ length: 5 }, () => {
      const { limited: _, ...item } = visit();
      return item;
    });
    assert.deepEqual(told(await record(...items)), ['created', 'merged', 'merged', 'merged', 'merged']);
    assert.deepEqual(await record(visit()), [TOO_MANY], 'but counts');
  });

  test('is counted for who somebody is by then: the items before may have moved a key', async () => {
    await record(visit(), visit(), visit());
    const [given] = await record(visit({ id: 'act:cm:order' }));
    const moved = {
      who: { personId: idOf(given) },
      fields: { 'str::email': `moved-${email}` },
      source: 'API',
    } as const;
    const fresh = visit({}, { fields: { 'str::email': `moved-${email}` } });
    assert.deepEqual(told(await record(moved, fresh)), ['merged', 'invalid']);
  });

  test('holds whoever tells it: four processes at once record three', async () => {
    await record(visit({ id: 'act:cm:order' }));
    const processes = [people, limiting(), limiting(), limiting()];
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, i) => processes[i % 4]!.record(room.ws, [visit()])),
    );
    assert.equal(outcomes.flat().filter((outcome) => 'personId' in outcome).length, 3);
    assert.equal(await visits(), 3);
  });

  test('is dropped from the queue too, and the log has it', async () => {
    assert.deepEqual(told((await people.queue.add(room.ws, [visit(), visit(), visit(), visit()])) as IntakeOutcome[]), [
      'queued',
      'queued',
      'queued',
      'queued',
    ]);
    const warned: string[] = [];
    const log = silent.child({});
    log.warn = (...said: unknown[]) => void warned.push(String(said[1]));
    await people.queue.turn(log);
    assert.equal(await visits(), 3);
    assert.deepEqual(warned, [`a record taken with async was not recorded: ${TOO_MANY.error}`]);
  });

  test('costs one statement for however many, two with keys, and none where it is off', async () => {
    const counting = (): string[] => statements.filter((name) => /count-by-day|find-keyed/.test(name));
    const many = Array.from({ length: 50 }, (_, i) => visit({}, { fields: { 'str::email': `m${i}-${email}` } }));
    await record(...many);
    statements = [];
    await record(...many);
    assert.deepEqual(counting(), ['activity.count-by-day']);
    statements = [];
    await record({ ...many[0]!, activity: { ...many[0]!.activity!, key: 'k', at: room.clock.now() } }, ...many);
    assert.deepEqual(counting().sort(), ['activity.count-by-day', 'activity.find-keyed']);
    statements = [];
    await record(...many.map(({ limited: _, ...item }) => item));
    assert.deepEqual(counting(), []);
  });
});
