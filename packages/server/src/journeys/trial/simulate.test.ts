import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Filter } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';
import { choosing } from './chance.ts';
import { simulateEvery } from './every.ts';
import { DAY, lines, play, START, sceneOf } from './test/scene.ts';

const end = { kind: 'exit' };
const opened = (shape: string): Filter => ({
  '$act::has_occurred': { field_id: 'act::o', filter: { '$str::is': { field_id: 'str::jsi', value: shape } } },
});
const split = {
  kind: 'split',
  branches: [
    { name: 'A', share: 30, next: 'mail' },
    { name: 'B', share: 70, next: 'end' },
  ],
};
const mail = { kind: 'email', template: 'Hello', next: 'end' };

describe('a simulation', () => {
  test('takes the way of the largest share, or the one that is asked for', () => {
    const shapes = { split, mail, end };
    const told = lines(play(shapes));
    assert.deepEqual(told, ['0 split: took “B” by chance (70 %)', '0 end: left: completed']);
    const taken = play(shapes, { take: { split: 'A' } });
    assert.match(lines(taken)[0]!, /took “A”/);
    assert.deepEqual('chose' in taken.path[0]! && taken.path[0].chose, { name: 'A', by: 'as was asked for' });
  });

  test('of somebody who is there goes the way that the engine would send them', () => {
    const { version, personId } = sceneOf({ split, mail, end });
    const of = {
      definition: version.definition,
      journeyId: 1,
      take: {},
      levelled: { chosen: new Map(), counts: new Map() },
    };
    const ways = new Set<string>();
    for (let i = 0n; i < 40n; i++) {
      const id = String(BigInt(personId) + i);
      ways.add(choosing({ ...of, personId: id })('split', split.branches).name);
    }
    assert.deepEqual([...ways].sort(), ['A', 'B']);
  });

  test('tells every path that chance could take, each once', () => {
    const shapes = {
      split: { ...split, branches: [{ ...split.branches[0]!, next: 'held' }, split.branches[1]!] },
      held: { kind: 'hold-out', share: 10, next: 'ab' },
      ab: {
        kind: 'ab',
        variants: [
          { name: 'one', template: 'One', share: 50 },
          { name: 'two', template: 'Two', share: 50 },
        ],
        next: 'end',
      },
      end,
    };
    const paths = simulateEvery((take) => sceneOf(shapes, { take }));
    assert.deepEqual(paths.map(({ take }) => JSON.stringify(take)).sort(), [
      '{"split":"A","held":"goes on","ab":"one"}',
      '{"split":"A","held":"goes on","ab":"two"}',
      '{"split":"A","held":"held out"}',
      '{"split":"B"}',
    ]);
  });

  test('more paths than anybody reads are refused', () => {
    const names = Array.from({ length: 8 }, (_, i) => `s${i}`);
    const shapes = Object.fromEntries(
      names.map((id, i) => {
        const next = names[i + 1] ?? 'end';
        return [id, { kind: 'split', branches: [0, 1].map((n) => ({ name: `${n}`, share: 50, next })) }];
      }),
    );
    assert.throws(() => simulateEvery((take) => sceneOf({ ...shapes, end }, { take })), UserError);
  });

  test('looks when time alone changes an answer, to the millisecond', () => {
    const seenLongAgo = { '$tme::relative_more_than': { field_id: 'l', days_ago: 3 } };
    const shapes = { mail: { ...mail, next: 'wait' }, wait: { kind: 'wait', until: seenLongAgo, next: 'end' }, end };
    const path = play(shapes, { events: ['opens mail after 1 day'] });
    assert.deepEqual(lines(path), [
      '0 mail: asked for the e-mail “Hello”',
      '0 wait: waits until it happens',
      '1 * opens mail',
      `${4 + 1 / DAY} wait: what it waited for has happened`,
      `${4 + 1 / DAY} end: left: completed`,
    ]);
  });

  test('a note to the team is told of as the team reads it', () => {
    const note = { kind: 'notice', to: ['team@acme.example'], subject: '{{ people.first-name }} waits', text: 'Call' };
    assert.equal(
      lines(play({ note: { ...note, next: 'end' }, end }))[0],
      '0 note: asked for the note to the team “Anna waits”',
    );
  });

  test('a wait that nothing of the script ends says so, and where it stands', () => {
    const path = play({ wait: { kind: 'wait', until: opened('wait'), next: 'end' }, end }, { days: 30 });
    assert.equal(path.end.state, 'inside');
    assert.equal(path.end.shape, 'wait');
    assert.equal(path.end.stopped, 'nothing of the script is left that it could wait for');
  });

  test('goes no further than it was asked to', () => {
    const path = play({ delay: { kind: 'delay', for: { days: 40 }, next: 'end' }, end }, { days: 30 });
    assert.equal(path.end.stopped, 'the simulation ends at 2026-04-01T08:00:00.000Z');
  });

  test('what a step changes is there for the next one, and told at the end', () => {
    const shapes = {
      update: { kind: 'update', set: { 'str:cm:x': 'Hello {{ people.first-name }}' }, next: 'tag' },
      tag: { kind: 'tag', add: ['VIP'], remove: [], next: 'if' },
      if: {
        kind: 'condition',
        if: {
          $and: [
            { '$str::is': { field_id: 'str:cm:x', value: 'hello anna' } },
            { '$str::set_contains': { field_id: 'tags', value: 'vip' } },
          ],
        },
        yes: 'wait',
        no: 'end',
      },
      wait: { kind: 'wait', until: { '$act::has_occurred': { field_id: 'act::ta' } }, next: 'end' },
      end,
    };
    const path = play(shapes);
    assert.equal(lines(path)[2], '0 if: the condition holds');
    // That the tag was given, the run hears at once.
    assert.equal(lines(path).at(-2), '0 wait: what it waited for has happened');
    assert.deepEqual(path.end.fields, {
      'str:cm:x': { before: undefined, after: 'Hello Anna' },
      tags: { before: undefined, after: ['VIP'] },
    });
  });

  test('a value that would be refused is told, and changes nothing', () => {
    const shapes = { update: { kind: 'update', set: { 'int:cm:x': 'many' }, next: 'end' }, end };
    const path = play(shapes, { scene: { kept: () => ({ problem: 'expected an integer' }) } });
    const [step] = path.path;
    assert.equal(step && 'change' in step && step.change?.refused, 'int:cm:x: expected an integer');
    assert.deepEqual(path.end.fields, {});
  });

  test('a step that fails is tried again as the shape says, and then the run goes on', () => {
    const call = {
      kind: 'action',
      connector: 'kommo',
      action: 'task',
      input: { text: 'x' },
      onFailure: 'retry',
      next: 'end',
    };
    const path = play({ call, end }, { scene: { fail: new Map([['call', 'Kommo is away']]) } });
    const told = lines(path).map((line) => line.replace(/^[\d.]+ /, ''));
    assert.deepEqual(told, [
      'call: asked kommo for “task”, and waits to hear how it went',
      'call: tries again at 2026-03-02 08:15 UTC: Kommo is away',
      'call: asked kommo for “task”, once more',
      'call: tries again at 2026-03-02 08:45 UTC: Kommo is away',
      'call: asked kommo for “task”, once more',
      'call: goes on after 3 tries: Kommo is away',
      'end: left: completed',
    ]);
    assert.deepEqual(
      path.path.filter((entry) => 'action' in entry).map(({ at }) => (at.getTime() - START.getTime()) / 60_000),
      [0, 15, 45],
    );
    assert.equal(play({ call, end }).end.at.getTime(), START.getTime());
  });

  test('a note to several that fails is heard of from each of them', () => {
    const to = ['a@acme.example', 'b@acme.example', 'c@acme.example'];
    const note = { kind: 'notice', to, subject: 'Call', text: 'Please', onFailure: 'exit', next: 'end' };
    const failing = play({ note, end }, { scene: { fail: new Map([['note', 'no such user']]) } });
    assert.equal(failing.end.reason, 'a step failed: no such user');
    assert.equal(play({ note, end }).end.reason, 'completed');
  });

  test('a message that is once per person is passed over the second time round', () => {
    const shapes = {
      mail: { ...mail, perPerson: 'once', next: 'pause' },
      pause: { kind: 'delay', for: { days: 1 }, next: 'again' },
      again: { kind: 'jump', to: 'mail', atMost: 1, next: 'end' },
      end,
    };
    const told = lines(play(shapes));
    assert.equal(told.filter((line) => line.includes('asked for the e-mail')).length, 1);
    assert.ok(told.includes('1 mail: passed over: had it on 2026-03-02'));
  });

  test('a goal that is reached after leaving is told', () => {
    const goal = { name: 'Bought', when: { '$act::has_occurred': { field_id: 'act:cm:bought' } } };
    const path = play({ mail, end }, { more: { goal }, events: ['does act:cm:bought after 10 days'] });
    assert.deepEqual(lines(path).slice(-2), ['10 * does act:cm:bought', '10 end: reached the goal “Bought”']);
    assert.equal(path.end.goal_at?.toISOString(), '2026-03-12T08:00:00.000Z');
  });

  test('leaving by standing still and by unsubscribing', () => {
    const shapes = { wait: { kind: 'wait', until: opened('x'), next: 'end' }, end };
    const still = play(shapes, { more: { leave: { still: { days: 5 } } } });
    assert.deepEqual(lines(still).at(-1), '5 wait: left: did not move on for too long');
    const gone = play(shapes, { more: { leave: { unsubscribed: true } }, events: ['unsubscribes after 2 days'] });
    assert.deepEqual(lines(gone).at(-1), '2 wait: left: unsubscribed');
  });

  test('a text that can not be rendered parks the run, as it would', () => {
    const path = play(
      { update: { kind: 'update', set: { 'str:cm:x': '{{ }}' }, next: 'end' }, end },
      {
        scene: {
          render: () => {
            throw new Error('line 1: nothing to show');
          },
        },
      },
    );
    assert.equal(path.end.state, 'parked');
    assert.equal(path.end.reason, 'line 1: nothing to show');
  });

  test('what it does not listen to happens all the same, and counts at the next look', () => {
    const shapes = {
      mail: { ...mail, next: 'pause' },
      pause: { kind: 'delay', for: { days: 3 }, next: 'if' },
      if: { kind: 'condition', if: { '$str::is': { field_id: 'str::last', value: 'P' } }, yes: 'end', no: 'mail2' },
      mail2: mail,
      end,
    };
    const path = play(shapes, {
      events: [{ after: { days: 1 }, set: { 'str::last': 'P', 'str::x': 'y' } }, 'clicks mail'],
    });
    assert.ok(lines(path).includes('0 * clicks mail (not noticed)'));
    assert.equal(lines(path).at(-2), '3 if: the condition holds');
  });
});
