import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { SendingRules } from '@tributary/model';
import { transaction } from '../../platform/database/pool.ts';
import { updateToUncertain } from '../store/outbox.sql.ts';
import { eventually } from '../test/eventually.ts';
import { opened } from '../test/opened.ts';
import { startSmtp } from '../test/smtp-server.ts';
import { createWorld, type World } from '../test/world.ts';

const HOUR = 3_600_000;
const REACHED = 'the cap is reached: 1 e-mail per person in 16 hours';
const byDefault: { rules: SendingRules } = { rules: {} };

describe('no more mail than the cap', () => {
  let world: World;
  const { smtpServer, sender, stopAll } = opened(() => world);
  beforeEach(async () => {
    world = await createWorld();
    await world.putTemplate('sum', {
      subject: '{% if people.first-name %}{% for i in (1..100000000) %}{% endfor %}{% endif %}x',
    });
  });
  afterEach(async () => {
    await stopAll();
    await world.close();
  });

  let people = 0;
  const somebody = () => world.person({ 'str::email': `c${++people}@example.com`, 'str::first': 'Anna' });
  /** Oldest first. */
  const messagesOf = async (person: string) =>
    (await world.messages.listOfPerson(world.t.db, world.workspaceId, person, 100)).toReversed();
  const statesOf = async (person: string) => (await messagesOf(person)).map(({ state }) => state);
  /** Once every message of theirs is decided. */
  const settled = (person: string, states: readonly string[]) =>
    eventually(`${states.join(', ')}`, async () => {
      const rows = await messagesOf(person);
      const isSettled = rows.every(({ state, waitsFor }) => state !== 'sending' && (state !== 'queued' || waitsFor));
      return (
        isSettled &&
        rows
          .map(({ state }) => state)
          .sort()
          .join() === [...states].sort().join() &&
        rows
      );
    });

  test('a second mail waits for sixteen hours, says why, and then leaves', async () => {
    const smtp = await smtpServer();
    await sender(smtp);
    const anna = await somebody();
    await world.queue(anna, byDefault);
    const first = await world.message(anna, 'sent');
    world.clock.advance(HOUR);
    await world.queue(anna, byDefault);
    await settled(anna, ['sent', 'queued']);
    const waiting = await world.message(anna, 'queued');
    assert.deepEqual([waiting.reason, waiting.waitsFor, waiting.attempts], [REACHED, 'cap', 0]);
    const hours = (waiting.dueAt!.getTime() - first.sentAt!.getTime()) / HOUR;
    assert.ok(hours > 15.99 && hours <= 16, `${hours} hours`);
    assert.equal(smtp.received.length, 1);
    world.clock.advance(15 * HOUR);
    const second = await world.message(anna, 'sent');
    assert.deepEqual([second.id, second.reason, second.waitsFor, second.attempts], [waiting.id, null, null, 1]);
    assert.equal(smtp.received.length, 2);
    assert.deepEqual(
      (await world.timeline(anna)).filter(({ activityId }) => activityId === 'act::sk'),
      [],
    );
  });

  test('twenty at the same millisecond, in four processes: one goes, whoever takes up which', async () => {
    const smtp = await smtpServer();
    const all = await Promise.all(Array.from({ length: 10 }, somebody));
    await transaction(world.t.db, (tx) =>
      world.messages.queue(
        tx,
        all.flatMap((personId) =>
          Array.from({ length: 20 }, (_, i) => ({
            workspaceId: world.workspaceId,
            personId,
            content: { channel: 'email' as const, template: 'hello' },
            requestKey: `at once ${personId} ${i}`,
            entry: {},
            attributes: {},
            at: world.clock.now(),
          })),
        ),
      ),
    );
    await Promise.all([1, 2, 3, 4].map(() => sender(smtp, { connections: 3 })));
    for (const person of all) {
      const rows = await settled(person, ['sent', ...Array.from({ length: 19 }, () => 'queued')]);
      assert.ok(rows.every(({ state, reason }) => state === 'sent' || reason === REACHED));
    }
    assert.equal(smtp.received.length, all.length);
    assert.equal(new Set(smtp.received.map(({ to }) => to)).size, all.length);
    world.clock.advance(16 * HOUR + 1000);
    for (const person of all) await settled(person, ['sent', 'sent', ...Array.from({ length: 18 }, () => 'queued')]);
    assert.equal(smtp.received.length, 2 * all.length, 'and one more after sixteen hours');
  });

  test('where it says so, one too many is not sent, and the timeline says why', async () => {
    const smtp = await smtpServer();
    await sender(smtp);
    const anna = await somebody();
    for (let i = 0; i < 3; i++)
      await world.queue(anna, { rules: { cap: { messages: 2, hours: 1 }, whenCapped: 'skip' } });
    await settled(anna, ['sent', 'sent', 'skipped']);
    const skipped = (await world.timeline(anna)).filter(({ activityId }) => activityId === 'act::sk');
    assert.deepEqual(
      skipped.map(({ attributes }) => attributes['str::rn']),
      ['the cap is reached: 2 e-mails per person in 1 hours'],
    );
  });

  test('a receipt neither waits nor counts; a mail without a cap does not wait, and counts', async () => {
    const smtp = await smtpServer();
    await sender(smtp);
    const anna = await somebody();
    await world.queue(anna, byDefault);
    await world.message(anna, 'sent');
    await world.queue(anna, { rules: { transactional: true } });
    await settled(anna, ['sent', 'sent']);
    const receipt = (await world.timeline(anna)).find(({ activityId }) => activityId === 'act::s');
    assert.equal(receipt?.attributes['bol::t'], true);

    const ben = await somebody();
    await world.queue(ben, { rules: { transactional: true } });
    await world.message(ben, 'sent');
    await world.queue(ben, { rules: { cap: 'none' } });
    await settled(ben, ['sent', 'sent']);
    await world.queue(ben, byDefault);
    await settled(ben, ['sent', 'sent', 'queued']);
    await world.queue(ben, { rules: { cap: { messages: 2, hours: 16 } } });
    await settled(ben, ['sent', 'sent', 'sent', 'queued']);
  });

  test('of two that are taken up together, the one without a cap counts in its turn', async () => {
    const smtp = await smtpServer();
    const [anna, ben] = [await somebody(), await somebody()];
    for (const rules of [{ cap: 'none' as const }, {}]) await world.queue(anna, { rules });
    for (const rules of [{}, { cap: 'none' as const }]) await world.queue(ben, { rules });
    await sender(smtp);
    await settled(anna, ['sent', 'queued']);
    assert.deepEqual(await statesOf(anna), ['sent', 'queued']);
    await settled(ben, ['sent', 'sent']);
  });

  test('one without a cap that is on its way is waited for, and then counts', async () => {
    const letGo: (() => void)[] = [];
    const smtp = await smtpServer({
      onMail: ({ to }) =>
        to.startsWith('c') ? new Promise((resolve) => letGo.push(() => resolve(undefined))) : undefined,
    });
    await Promise.all([sender(smtp), sender(smtp)]);
    const anna = await somebody();
    await world.queue(anna, { rules: { cap: 'none' } });
    await eventually('the first is on its way', async () => letGo.length === 1);
    await world.queue(anna, { rules: { cap: { messages: 1, hours: 16 }, whenCapped: 'skip' } });
    await eventually('the second waits', async () => (await messagesOf(anna))[1]?.waitsFor === 'cap');
    for (const go of letGo) go();
    await settled(anna, ['sent', 'queued']);
    world.clock.advance(6000);
    await settled(anna, ['sent', 'skipped']);
  });

  const givesBack: [string, () => Parameters<typeof startSmtp>[0], string][] = [
    ['can not be rendered', () => ({}), 'failed'],
    [
      'is refused for good',
      () => ({ onMail: ({ source }) => (/First/.test(source) ? { code: 554, text: '5.6.0 no' } : undefined) }),
      'failed',
    ],
  ];
  for (const [what, server, state] of givesBack) {
    test(`a mail that ${what} gives its place back: the one that waits for it goes`, async () => {
      const smtp = await smtpServer(server());
      const anna = await somebody();
      await world.putTemplate('first', { subject: 'First' });
      await world.queue(anna, { ...byDefault, template: what.includes('render') ? 'sum' : 'first' });
      await world.queue(anna, byDefault);
      await sender(smtp);
      await settled(anna, [state, 'sent']);
      assert.equal(smtp.received.length, 1);
    });
  }

  test('in four processes, too: nobody waits for a mail that never left', async () => {
    const smtp = await smtpServer();
    const all = await Promise.all(Array.from({ length: 60 }, somebody));
    await transaction(world.t.db, (tx) =>
      world.messages.queue(
        tx,
        all.flatMap((personId) =>
          ['sum', 'hello'].map((template) => ({
            workspaceId: world.workspaceId,
            personId,
            content: { channel: 'email' as const, template },
            requestKey: `${template} to ${personId}`,
            entry: {},
            attributes: {},
            at: world.clock.now(),
          })),
        ),
      ),
    );
    await Promise.all([1, 2, 3, 4].map(() => sender(smtp, { connections: 3 })));
    for (const person of all) {
      // Whichever was taken up first; what can not be sent may wait for its turn, what can be must not.
      await eventually('the mail that can be sent', async () =>
        (await messagesOf(person)).some(({ template, state }) => template === 'hello' && state === 'sent'),
      );
    }
    assert.equal(smtp.received.length, all.length);
  });

  test('who gets other mail again and again is not made to wait for ever: after two weeks it is not sent', async () => {
    const smtp = await smtpServer();
    await sender(smtp);
    const anna = await somebody();
    await world.queue(anna, { rules: { cap: 'none' } });
    await settled(anna, ['sent']);
    await world.queue(anna, { rules: { cap: { messages: 1, hours: 24 * 5 } } });
    const asked = (await settled(anna, ['sent', 'queued']))[1]!;
    for (let mails = 2; mails <= 4; mails++) {
      world.clock.advance(4 * 24 * HOUR);
      await world.queue(anna, { rules: { cap: 'none' } });
      await settled(anna, [...Array.from({ length: mails }, () => 'sent'), 'queued']);
    }
    world.clock.advance(25 * HOUR);
    await eventually('it is to be looked at when its time is up', async () => {
      // None is while it is being looked at.
      const waiting = (await messagesOf(anna)).find(({ state }) => state === 'queued');
      return waiting?.id === asked.id && waiting.dueAt!.getTime() - waiting.queuedAt.getTime() === 14 * 24 * HOUR;
    });
    world.clock.advance(24 * HOUR);
    const given = (await settled(anna, ['sent', 'sent', 'sent', 'sent', 'skipped']))[1]!;
    const reason = 'it had waited 14 days for its turn: the cap is reached: 1 e-mail per person in 120 hours';
    assert.deepEqual([given.id, given.reason], [asked.id, reason]);
    const [newest] = await world.timeline(anna);
    assert.deepEqual([newest?.activityId, newest?.attributes['str::rn']], ['act::sk', reason]);
  });

  test('a mail that is not to be sent takes no place', async () => {
    await sender(await smtpServer());
    const anna = await somebody();
    await world.queue(anna, { rules: { topic: 'Nowhere', whenCapped: 'skip' } });
    await world.queue(anna, { rules: { whenCapped: 'skip' } });
    const [skipped] = await settled(anna, ['skipped', 'sent']);
    assert.equal(skipped?.reason, 'there is no audience "Nowhere"');
  });

  test('a mail that could not be handed over gives its place back', async () => {
    const gone = await startSmtp();
    await gone.close();
    const { messages } = await sender(gone);
    const anna = await somebody();
    await world.queue(anna, byDefault);
    await eventually('that it is noticed', async () => !messages.channelState().reachable);
    await eventually('that nothing is in hand', async () => (await messages.outboxState(world.t.db)).sending === 0);
    const { rows } = await world.t.db.query(
      'select counted_at as "countedAt", state from message where person_id = $1',
      [anna],
    );
    assert.deepEqual(rows, [{ countedAt: null, state: 'queued' }]);
  });

  test('an uncertain one keeps its place, and goes again though there is none', async () => {
    let mails = 0;
    const smtp = await smtpServer({ onMail: () => (++mails === 1 ? 'hang up' : undefined) });
    await sender(smtp);
    const anna = await somebody();
    await world.queue(anna, byDefault);
    await world.message(anna, 'uncertain');
    await world.queue(anna, byDefault);
    await settled(anna, ['uncertain', 'queued']);
    world.clock.advance(10_000);
    const [first] = await settled(anna, ['sent', 'queued']);
    assert.deepEqual([first?.state, first?.uncertainCount], ['sent', 1]);
    assert.equal(mails, 2);
  });

  test('what a dead process had a place for keeps it', async () => {
    const anna = await somebody();
    await world.queue(anna, byDefault);
    const mute = await smtpServer({ onMail: () => 'never' });
    const first = await sender(mute, { whenUncertain: 'hold' });
    const claimed = await world.message(anna, 'sending');
    await eventually('its place', async () => {
      const { rows } = await world.t.db.query('select from message where id = $1 and counted_at is not null', [
        claimed.id,
      ]);
      return rows.length === 1;
    });
    assert.equal(await updateToUncertain(world.t.db, [first.number], world.clock.now()), 1);
    await world.queue(anna, byDefault);
    await sender(await smtpServer(), { whenUncertain: 'hold' });
    await settled(anna, ['uncertain', 'queued']);
    mute.dropAll();
  });

  test('what a dead process had on the way counts, also without a cap of its own', async () => {
    const anna = await somebody();
    await world.queue(anna, { rules: { cap: 'none' } });
    const died = 1_000_000;
    await world.t.db.query(`update message set state = 'sending', claimed_by = $1, attempts = 1`, [died]);
    await updateToUncertain(world.t.db, [died], world.clock.now());
    await world.queue(anna, byDefault);
    await sender(await smtpServer(), { whenUncertain: 'hold' });
    await settled(anna, ['uncertain', 'queued']);
    assert.equal((await world.message(anna, 'queued')).reason, REACHED);
  });

  test('what the operator changes holds at once for what waits', async () => {
    const smtp = await smtpServer();
    await sender(smtp);
    const anna = await somebody();
    for (let i = 0; i < 3; i++) await world.queue(anna, byDefault);
    await settled(anna, ['sent', 'queued', 'queued']);
    await world.messages.changeDefaults(world.workspaceId, { cap: { messages: 2, hours: 16 } });
    await settled(anna, ['sent', 'sent', 'queued']);
    await world.messages.changeDefaults(world.workspaceId, { cap: 'none' });
    await settled(anna, ['sent', 'sent', 'sent']);
    assert.deepEqual(await world.messages.defaults(world.t.db, world.workspaceId), {
      cap: 'none',
      whenCapped: 'delay',
      hours: 'none',
      timezone: 'UTC',
    });
  });

  test('two people who become one have one cap', async () => {
    await sender(await smtpServer());
    const [anna, other] = [await somebody(), await somebody()];
    await world.queue(other, byDefault);
    await world.message(other, 'sent');
    const merge = await world.people.identity.unite(world.workspaceId, {
      people: [anna, other],
      survivor: anna,
      by: 'a test',
    });
    const piece = { workspaceId: world.workspaceId, mergeId: merge.mergeId, survivor: anna, absorbed: other };
    await transaction(world.t.db, (tx) => world.messages.hearUnited(tx, [piece]));
    await world.queue(anna, byDefault);
    await settled(anna, ['sent', 'queued']);
    assert.equal((await statesOf(anna)).length, 2);
  });
});
