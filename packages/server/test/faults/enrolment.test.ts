import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { chance, rounds } from './support/chance.ts';
import { type Installation, install } from './support/installation.ts';

const PEOPLE = 10_000;
const AT_ONCE = 100;

/** What is answered, as it is read. */
// biome-ignore lint/suspicious/noExplicitAny: the test says what it expects of it.
type Answer = any;

let server: Installation;
let key: string;

before(async () => {
  server = await install({});
  server.start();
  await server.ready();
  key = (await server.command('keys', 'create', '--name', 'Enrolment')).output.split('\n').at(-1)!;
  const person = (i: number): object => ({ fields: { 'str::email': `p${i}@example.org` } });
  for (let from = 0; from < PEOPLE; from += AT_ONCE)
    await call('POST', '/v1/person/merge', { people: Array.from({ length: AT_ONCE }, (_, i) => person(from + i)) });
});
after(() => server?.close());

async function call(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
  const answer = await fetch(server.url + path, {
    method,
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

async function push(name: string): Promise<void> {
  const shapes = { wait: { kind: 'delay', for: { days: 1 }, next: 'end' }, end: { kind: 'exit' } };
  const definition = { name, entry: { kind: 'direct' }, start: 'wait', shapes };
  const { id } = await call('POST', '/api/journeys', { definition });
  await call('POST', `/api/journeys/${id}/publish`, {});
}

test('everybody is let in once, whatever the process is told while they are', { timeout: 200_000 }, async (t) => {
  const random = chance(t);
  let interrupted = 0;
  for (let round = 0; round < rounds(4); round++) {
    const name = `Round ${round}`;
    await push(name);
    const { id } = await call('POST', `/api/journeys/${name}/enrol`, { filter: {} });
    const path = `/api/journeys/${name}/enrolments/${id}`;
    const some = Math.floor(random() * PEOPLE * 0.8);
    await until('some are inside', async () => (await call('GET', path)).progress.entered >= some);
    // Somewhere in a page of two thousand, whose first people are inside then.
    await pause(random() * 100);
    if (random() < 0.5) await server.killServer();
    else assert.equal(await server.stop(), 0);
    server.start();
    await server.ready();
    const { state, progress } = await call('GET', path);
    if (state === 'running') interrupted += 1;
    t.diagnostic(`${name}: ${progress.entered} of ${PEOPLE} were told to be inside`);
    await until('all are inside', async () => (await call('GET', path)).state === 'done', { withinMs: 60_000 });
    const { progress: all } = await call('GET', path);
    assert.deepEqual([all.entered, all.done], [PEOPLE, PEOPLE]);
  }
  assert.ok(interrupted > 0, 'none was in the middle of it');
  const { rows } = await (await server.database()).query<{ ways: string; runs: number }>(WAYS);
  assert.deepEqual(rows, [{ ways: 'once, waiting, told once', runs: rounds(4) * PEOPLE }]);
  assert.deepEqual(server.surprises, []);
});

/** Each person and journey: how often inside, where, and how often their timeline says that they began. */
const WAYS = `
  select concat(case when runs = 1 then 'once' else runs || ' times' end, ', ',
                case when waiting = runs then 'waiting' else 'elsewhere' end, ', ',
                case when told = 1 then 'told once' else 'told ' || told || ' times' end) as ways,
         sum(runs)::int as runs
  from (
    select p.id, j.id, count(r.id) as runs, count(*) filter (where r.shape_id = 'wait' and r.left_at is null) as waiting,
           (select count(*) from activity a join activity_definition d on d.id = a.definition_id
            where a.person_id = p.id and d.activity_id = 'act::ej' and a.attributes->>'str::cn' = j.name) as told
    from person p cross join journey j left join run r on r.person_id = p.id and r.journey_id = j.id
    group by p.id, j.id, j.name
  ) each group by 1`;
