import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { chance, partAt, partBehind } from '../chance.ts';
import { moveFrom } from '../move-from.ts';
import { after, DAY, HOUR, moment } from '../test/support.ts';

const yes = { '$bol::is': { field_id: 'bol::x', value: true } };
const no = { '$bol::is': { field_id: 'bol::x', value: false } };
const fields = { 'bol::x': true };

describe('several ways on', () => {
  const branches = (...ifs: object[]) =>
    ifs.map((each, i) => ({ name: `way ${i}`, if: each as typeof yes, next: `n${i}` }));

  test('the first whose condition holds is taken, though others hold too', () => {
    const shape = { kind: 'branch', branches: branches(no, yes, yes), otherwise: 'none' } as const;
    assert.deepEqual(moveFrom(shape, moment({ fields })), {
      do: 'go',
      to: 'n1',
      did: 'took “way 1”: its condition holds',
    });
  });

  test('where none holds, the other one is', () => {
    const shape = { kind: 'branch', branches: branches(no), otherwise: 'none' } as const;
    assert.deepEqual(moveFrom(shape, moment({ fields })), {
      do: 'go',
      to: 'none',
      did: 'took the other way: no condition holds',
    });
  });
});

describe('a wait', () => {
  const shape = { kind: 'wait', until: yes, atMost: { days: 2 }, next: 'happened', timeout: 'late' } as const;

  test('ends when it happens', () => {
    const move = moveFrom(shape, moment({ fields }));
    assert.deepEqual(move, { do: 'go', to: 'happened', did: 'what it waited for has happened' });
  });

  test('goes another way when time is up, and not a moment before', () => {
    assert.deepEqual(moveFrom(shape, moment({ now: after(2 * DAY - 1) })), {
      do: 'wait',
      until: after(2 * DAY),
      did: 'waits until it happens, at most until 2026-03-04 08:00 UTC',
    });
    const late = moveFrom(shape, moment({ now: after(2 * DAY) }));
    assert.deepEqual(late, { do: 'go', to: 'late', did: 'it did not happen in time' });
  });

  test('without a limit lasts until it happens', () => {
    const { atMost: _, timeout: __, ...endless } = shape;
    assert.deepEqual(moveFrom(endless, moment({ now: after(999 * DAY) })), {
      do: 'wait',
      did: 'waits until it happens',
    });
  });
});

describe('chance', () => {
  const parts = [
    { name: 'a', share: 20 },
    { name: 'b', share: 50 },
    { name: 'c', share: 30 },
  ];

  test('is the same for the same person, and spreads people by the shares', () => {
    const counts = new Map<string, number>();
    for (let person = 0; person < 10_000; person++) {
      const { name } = partAt(parts, chance(7, 'split', person));
      assert.equal(partAt(parts, chance(7, 'split', person)).name, name);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const { name, share } of parts) assert.ok(Math.abs(counts.get(name)! / 100 - share) < 2, `${name} is off`);
  });

  test('sends nobody where the share is nothing', () => {
    const none = [
      { name: 'none', share: 0 },
      { name: 'all', share: 100 },
    ];
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (at) => partAt(none, at).name === 'all',
      ),
    );
    assert.equal(partBehind(none, new Map([['all', 5]])).name, 'all');
  });

  test('levelled, the ways are never further than one person from their shares', () => {
    const counts = new Map<string, number>();
    for (let people = 1; people <= 1000; people++) {
      const { name } = partBehind(parts, counts);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      for (const part of parts) {
        const off = (counts.get(part.name) ?? 0) - (people * part.share) / 100;
        assert.ok(Math.abs(off) < 1, `${part.name} is ${off} people off after ${people}`);
      }
    }
  });

  test('holds out a share of people, the same each time', () => {
    const shape = { kind: 'hold-out', share: 25, next: 'on' } as const;
    const at = (point: number) => moveFrom(shape, moment({ choose: (ways) => partAt(ways, point).name }));
    assert.deepEqual(at(0.24), { do: 'leave', reason: 'held out', heldOut: true });
    assert.deepEqual(at(0.26), { do: 'go', to: 'on', did: 'is not held out' });
  });
});

describe('an e-mail in several versions', () => {
  const shape = {
    kind: 'ab',
    variants: [
      { name: 'short', template: 'Short', share: 50 },
      { name: 'long', template: 'Long', share: 50 },
    ],
    next: 'on',
  } as const;
  const mail = (template: string) => [{ kind: 'message', content: { channel: 'email', template }, sending: undefined }];

  test('is one of them by chance', () => {
    const move = moveFrom({ ...shape, variants: [...shape.variants] }, moment({ choose: () => 'long' }));
    assert.deepEqual(move, {
      do: 'go',
      to: 'on',
      did: 'asked for the e-mail “Long”, version long, by chance',
      effects: mail('Long'),
    });
  });

  test('is the one that has won, once one has', () => {
    const move = moveFrom(
      { ...shape, variants: [...shape.variants] },
      moment({ winner: 'short', choose: () => assert.fail('nobody asks chance any more') }),
    );
    assert.deepEqual(move, {
      do: 'go',
      to: 'on',
      did: 'asked for the e-mail “Short”, version short, which has won',
      effects: mail('Short'),
    });
  });
});

describe('going back', () => {
  const shape = { kind: 'jump', to: 'first', atMost: 2, next: 'on' } as const;

  test('is remembered, and has an end', () => {
    const once = moveFrom(shape, moment({ shapeId: 'j', memory: { jumps: { other: 5 } } }));
    assert.deepEqual(once, {
      do: 'go',
      to: 'first',
      did: 'went back, for time 1 of at most 2',
      remember: { jumps: { other: 5, j: 1 } },
    });
    const called = moveFrom(shape, moment({ shapeId: 'constructor', memory: { jumps: { other: 5 } } }));
    assert.deepEqual('remember' in called && called.remember, { jumps: { other: 5, constructor: 1 } });
    const often = moveFrom(shape, moment({ shapeId: 'j', memory: { jumps: { j: 2 } } }));
    assert.deepEqual(often, { do: 'go', to: 'on', did: 'went back 2 times, which is often enough' });
  });
});

describe('changing the person', () => {
  test('texts are Liquid, other values are as they are', () => {
    const shape = {
      kind: 'update',
      set: { 'str:cm:a': 'for {{ x }}', 'int:cm:b': 3000 },
      clear: ['str:cm:c'],
      next: 'on',
    } as const;
    const move = moveFrom(
      { ...shape, clear: [...shape.clear] },
      moment({ render: (text) => text.replace('{{ x }}', 'her') }),
    );
    assert.deepEqual(move, {
      do: 'go',
      to: 'on',
      did: 'set str:cm:a = "for her", int:cm:b = 3000, str:cm:c emptied',
      effects: [
        {
          ...{ kind: 'change', set: { 'str:cm:a': 'for her', 'int:cm:b': 3000 }, clear: ['str:cm:c'] },
          ...{ add: [], remove: [], tell: false },
        },
      ],
    });
  });

  test('tags are given and taken', () => {
    const move = moveFrom({ kind: 'tag', add: ['Hot'], remove: ['Cold'], next: 'on' }, moment());
    assert.equal(move.do === 'go' && move.did, 'gave the tag “Hot”, took the tag “Cold”');
  });
});

describe('how often a person may have a shape', () => {
  const shape = { kind: 'tag', add: ['x'], remove: [], next: 'on' } as const;
  const doneAt = (perPerson: 'once' | { every: { days: number } }, lastDone: Date | undefined) => {
    const move = moveFrom(
      { ...shape, add: [...shape.add], remove: [], perPerson },
      moment({ now: after(10 * DAY), lastDone }),
    );
    return move.do === 'go' && (move.effects?.length ?? 0);
  };

  test('once: the first time it is done and noted, then passed over', () => {
    assert.equal(doneAt('once', undefined), 2);
    assert.equal(doneAt('once', after(0)), 0);
  });

  test('once in so many days: to the moment', () => {
    assert.equal(doneAt({ every: { days: 10 } }, after(1)), 0);
    assert.equal(doneAt({ every: { days: 10 } }, after(0)), 2);
  });
});

describe('a step that may fail', () => {
  const shape = (onFailure: 'retry' | 'exit') =>
    ({ kind: 'action', connector: 'kommo', action: 'task', input: {}, onFailure, next: 'on' }) as const;
  const failed = { ok: false, why: 'no such deal' } as const;
  const asked = (times: number) => ({ asked: { at: after(0).toISOString(), times } });

  test('is asked for once, and waited for', () => {
    const first = moveFrom(shape('exit'), moment());
    assert.ok(first.do === 'wait' && first.effects?.length === 1 && first.until === undefined);
    assert.deepEqual(first.remember, asked(1));
    const second = moveFrom(shape('exit'), moment({ memory: asked(1), now: after(HOUR) }));
    assert.deepEqual(second, { do: 'wait', did: 'waits to hear how it went' });
  });

  test('lets people go on when it went well', () => {
    const move = moveFrom(shape('exit'), moment({ memory: asked(1), outcome: () => ({ ok: true }) }));
    assert.deepEqual(move, { do: 'go', to: 'on', did: 'heard that it went well' });
  });

  test('ends the run where it says so', () => {
    const move = moveFrom(shape('exit'), moment({ memory: asked(1), outcome: () => failed }));
    assert.deepEqual(move, { do: 'leave', reason: 'a step failed: no such deal' });
  });

  test('is tried again with a growing pause, three times in all, and then they go on', () => {
    const at = (times: number, minutes: number) =>
      moveFrom(shape('retry'), moment({ memory: asked(times), now: after(minutes * 60_000), outcome: () => failed }));
    assert.deepEqual(at(1, 14), {
      do: 'wait',
      until: after(15 * 60_000),
      did: 'tries again at 2026-03-02 08:15 UTC: no such deal',
      remember: { asked: { ...asked(1).asked, told: true } },
    });
    const again = at(1, 15);
    assert.ok(again.do === 'wait' && again.effects?.length === 1);
    assert.deepEqual(again.remember, { asked: { at: after(15 * 60_000).toISOString(), times: 2 } });
    assert.equal(at(2, 29).do === 'wait' && at(2, 29).do, 'wait');
    const last = at(3, 999);
    assert.deepEqual(last, { do: 'go', to: 'on', did: 'goes on after 3 tries: no such deal' });
  });
});
