import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ActionMoment, Connector, DueWrite, Heard, Session, WriteOutcome } from './contract.ts';
import { BadWebhook, RetryLater } from './errors.ts';
import { createMemory } from './testing/memory.ts';

/** What a connector shows of itself, for the checks that every connector has to pass. */
export interface Specimen<Settings> {
  connector: Connector<Settings>;
  settings: { good: readonly unknown[]; bad: readonly unknown[] };
  webhooks: {
    /** Bodies as the other side sends them, with the hints that are in them. */
    good: readonly { name: string; body: string; contentType: string; hints: readonly string[] }[];
    /** A good body with that many values in it, and all of its hints. */
    large(values: number): { body: string; contentType: string; hints: number };
  };
  /** Each of `hears`, at least once, and how many writes it means. */
  heard: readonly { heard: Heard; writes: number }[];
  /** Inputs for each action. */
  actions: Readonly<Record<string, { good: unknown; bad: readonly unknown[] }>>;
  /** A person the actions can be done for, and one they can not. */
  moments: { good: ActionMoment; impossible: ActionMoment };
  /** A session with another side that really listens and holds what is written. */
  open(): Promise<OtherSide>;
}

export interface OtherSide {
  session: Session;
  /** Writes that can be done there, at least one of each kind. */
  writes: readonly Omit<DueWrite, 'uncertain'>[];
  /**
   * Everything written there so far, in any form that shows a thing written twice; sorted, for one whose answer is lost is
   * written after the others.
   */
  written(): unknown | Promise<unknown>;
  /** The next request that changes something is carried out, and its answer lost. */
  loseNextAnswer(): void;
  close(): Promise<void>;
}

/** Registers the checks with node:test. */
export function conformance<Settings>(specimen: Specimen<Settings>): void {
  describe(`${specimen.connector.name} keeps the contract of connectors`, { concurrency: true }, () => {
    settingsChecks(specimen);
    webhookChecks(specimen);
    hearChecks(specimen);
    actionChecks(specimen);
    writeChecks(specimen);
  });
}

function settingsChecks<S>({ connector, settings }: Specimen<S>): void {
  test('settings: good ones are taken, nonsense is refused', () => {
    for (const good of settings.good) assert.equal(connector.settings.safeParse(good).success, true, say(good));
    const nonsense = [undefined, null, 7, 'text', [], {}, ...settings.bad];
    for (const bad of nonsense) assert.equal(connector.settings.safeParse(bad).success, false, say(bad));
  });

  test('settings: read twice they are the same', () => {
    for (const good of settings.good) {
      const once = connector.settings.parse(good);
      assert.deepEqual(connector.settings.parse(JSON.parse(JSON.stringify(once))), once);
    }
  });
}

function webhookChecks<S>({ connector, webhooks }: Specimen<S>): void {
  const read = (body: string, contentType: string) =>
    connector.parseWebhook(body, contentType).map(({ kind, id }) => `${kind} ${id}`);

  for (const { name, body, contentType, hints } of webhooks.good) {
    test(`webhook: ${name}`, () => assert.deepEqual(read(body, contentType), hints));
  }

  test('webhook: 1,500 values are all read', () => {
    const { body, contentType, hints } = webhooks.large(1_500);
    assert.equal(read(body, contentType).length, hints);
  });

  for (const { name, body, contentType } of hostileBodies) {
    test(`webhook: ${name} is read or refused, quickly and without harm`, () => {
      const before = Object.getOwnPropertyNames(Object.prototype).length;
      const started = performance.now();
      try {
        connector.parseWebhook(body, contentType);
      } catch (error) {
        assert.ok(error instanceof BadWebhook, `threw ${String(error)}`);
        assert.notEqual(error.message, '');
      }
      assert.ok(performance.now() - started < 2_000, 'took longer than a webhook may take');
      assert.equal(Object.getOwnPropertyNames(Object.prototype).length, before, 'changed the prototype of all objects');
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    });
  }
}

const form = 'application/x-www-form-urlencoded';
const hostileBodies = [
  { name: 'an empty body', body: '', contentType: form },
  { name: 'a body without a type', body: 'a=1', contentType: '' },
  { name: 'a body of another type', body: '--x\r\n\r\n', contentType: 'multipart/form-data; boundary=x' },
  { name: 'broken JSON', body: '{"leads":', contentType: 'application/json' },
  { name: 'JSON of another kind', body: '[1,"2",null]', contentType: 'application/json' },
  { name: 'a form that says it is JSON', body: 'a[b]=1', contentType: 'application/json' },
  { name: 'a depth of 40', body: `a${'[b]'.repeat(40)}=1`, contentType: form },
  { name: 'JSON of a depth of 100,000', body: '['.repeat(100_000), contentType: 'application/json' },
  { name: 'closed JSON of a depth of 5,000', body: `${'['.repeat(5_000)}${']'.repeat(5_000)}`, contentType: form },
  { name: 'a prototype as a key', body: '__proto__[polluted]=1&a[__proto__][polluted]=1', contentType: form },
  { name: 'a constructor as a key', body: 'constructor[prototype][polluted]=1', contentType: form },
  { name: 'a prototype in JSON', body: '{"__proto__":{"polluted":1}}', contentType: 'application/json' },
  { name: 'a huge index', body: 'leads[add][999999999][id]=1&a[4294967295]=1', contentType: form },
  { name: 'a scalar and a list under one name', body: 'a=1&a[b]=2&a[b][c]=3&a=4', contentType: form },
  { name: 'brackets that do not match', body: 'a[b=1&a]b[=2&[c]=3&a[[d]]=4&]=5&[]=6', contentType: form },
  { name: 'bytes that are no text', body: 'a=%ff%fe%00&%c3%28[b]=1&%=%zz', contentType: form },
  { name: 'a key of a megabyte', body: `${'k'.repeat(1024 * 1024)}=1`, contentType: form },
  { name: '10 MB in one value', body: `a=${'x'.repeat(10 * 1024 * 1024)}`, contentType: form },
  { name: 'a million values', body: 'a[]=1&'.repeat(1_000_000), contentType: form },
];

function hearChecks<S>({ connector, heard }: Specimen<S>): void {
  test('hear: every activity it asks for is shown, and means what is said', () => {
    const shown = new Set(heard.map((one) => one.heard.activityId));
    assert.deepEqual([...shown].filter((id) => connector.hears.includes(id)).sort(), [...connector.hears].sort());
    for (const one of heard) assert.equal(connector.hear(one.heard).length, one.writes, say(one.heard));
  });

  test('hear: the same activity means the same writes, and nothing is changed by asking', () => {
    for (const { heard: one } of heard) {
      const before = structuredClone(one);
      assert.deepEqual(connector.hear(freeze(structuredClone(one))), connector.hear(one));
      assert.deepEqual(one, before);
    }
  });

  test('hear: keys are unique, name the activity and do not depend on the person', () => {
    const keys = heard.flatMap((one) => connector.hear(one.heard).map((write) => write.key));
    assert.equal(new Set(keys).size, keys.length);
    for (const { heard: one } of heard) {
      const other = { ...one, id: `${one.id}9` };
      const own = new Set(connector.hear(one).map((write) => write.key));
      for (const write of connector.hear(other)) assert.ok(!own.has(write.key), 'two activities, one key');
    }
  });

  test('hear: what it has not asked for means nothing', () => {
    for (const { heard: one } of heard) {
      assert.deepEqual(connector.hear({ ...one, activityId: 'act:cm:something-else' }), []);
      assert.deepEqual(connector.hear({ ...one, activityId: 'constructor' }), []);
    }
  });

  test('hear: writes survive being stored as JSON', () => {
    for (const write of heard.flatMap((one) => connector.hear(one.heard))) {
      assert.deepEqual(JSON.parse(JSON.stringify(write)), write);
    }
  });
}

function actionChecks<S>({ connector, actions, moments }: Specimen<S>): void {
  test('actions: each is shown', () => {
    assert.deepEqual(Object.keys(actions).sort(), Object.keys(connector.actions).sort());
  });

  for (const [name, action] of Object.entries(connector.actions)) {
    const { good, bad } = actions[name] ?? { good: undefined, bad: [] };

    test(`action ${name}: bad input is refused`, () => {
      for (const input of [undefined, null, 7, 'text', [], ...bad]) {
        assert.equal(action.input.safeParse(input).success, false, say(input));
      }
    });

    test(`action ${name}: good input becomes a write that survives being stored, the same each time`, () => {
      const input = action.input.parse(good);
      const write = action.write(input, moments.good);
      assert.ok(!('skip' in write), say(write));
      assert.deepEqual(JSON.parse(JSON.stringify(write)), write);
      assert.deepEqual(action.write(freeze(structuredClone(input)), moments.good), write);
      assert.deepEqual(
        action.write(action.input.parse(input), moments.good),
        write,
        'read twice it means another thing',
      );
    });

    test(`action ${name}: an input that it does not know is refused`, () => {
      const unknown = { ...(good as object), 'no such input': 'x' };
      assert.equal(action.input.safeParse(unknown).success, false, say(unknown));
    });

    test(`action ${name}: says why where it can not be done`, () => {
      const outcome = action.write(action.input.parse(good), moments.impossible);
      assert.ok('skip' in outcome && outcome.skip.length > 0, say(outcome));
    });
  }
}

function writeChecks<S>({ open }: Specimen<S>): void {
  const due = (writes: readonly Omit<DueWrite, 'uncertain'>[], uncertain: boolean) =>
    writes.map((write) => ({ ...write, uncertain }));

  test('write: each write gets exactly one outcome', async () => {
    const side = await open();
    try {
      const outcomes = await all(side.session.write(due(side.writes, false), createMemory()));
      assert.deepEqual(outcomes.map(({ id }) => id).sort(), side.writes.map(({ id }) => id).sort());
      for (const outcome of outcomes) assert.equal(outcome.done, true, say(outcome));
    } finally {
      await side.close();
    }
  });

  test('write: done once, however often it is repeated as uncertain', async () => {
    const side = await open();
    try {
      await all(side.session.write(due(side.writes, false), createMemory()));
      const once = structuredClone(await side.written());
      for (let i = 0; i < 2; i++) {
        for (const outcome of await all(side.session.write(due(side.writes, true), createMemory()))) {
          assert.equal(outcome.done, true, say(outcome));
        }
      }
      assert.deepEqual(await side.written(), once);
    } finally {
      await side.close();
    }
  });

  for (const place of ['first', 'last'] as const) {
    test(`write: done once when the answer to the ${place} of the writes is lost`, async () => {
      const side = await open();
      try {
        const reference = await open();
        await all(reference.session.write(due(reference.writes, false), createMemory()));
        const wanted = structuredClone(await reference.written());
        await reference.close();

        const index = place === 'first' ? 0 : side.writes.length - 1;
        const odd = side.writes.filter((_, i) => i === index);
        const others = side.writes.filter((_, i) => i !== index);
        await all(side.session.write(due(others, false), createMemory()));
        side.loseNextAnswer();
        await assert.rejects(
          all(side.session.write(due(odd, false), createMemory())),
          (error) => error instanceof RetryLater && error.applied === 'unknown',
        );
        for (const outcome of await all(side.session.write(due(odd, true), createMemory())))
          assert.equal(outcome.done, true, say(outcome));
        assert.deepEqual(await side.written(), wanted);
      } finally {
        await side.close();
      }
    });
  }

  test('write: what it does not know fails, and costs nobody else', async () => {
    const side = await open();
    try {
      const [first] = side.writes;
      assert.ok(first);
      const strange = [
        { ...first, id: 'strange kind', key: 'strange kind', kind: 'constructor' },
        { ...first, id: 'strange target', key: 'strange target', target: 'nowhere' },
        { ...first, id: 'strange body', key: 'strange body', body: {} },
      ];
      const outcomes = await all(side.session.write(due([...strange, ...side.writes], false), createMemory()));
      for (const outcome of outcomes) assert.equal(outcome.done, !outcome.id.startsWith('strange'), say(outcome));
      assert.equal(outcomes.length, strange.length + side.writes.length);
    } finally {
      await side.close();
    }
  });
}

async function all(outcomes: AsyncIterable<readonly WriteOutcome[]>): Promise<WriteOutcome[]> {
  const found: WriteOutcome[] = [];
  for await (const some of outcomes) found.push(...some);
  return found;
}

function freeze<T>(value: T): T {
  // A Date can not be frozen in a way that counts.
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
}

function say(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
