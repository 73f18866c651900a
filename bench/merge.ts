import type { Bench } from './support/bench.ts';
import type { Figure } from './support/figures.ts';
import { now } from './support/now.ts';
import { inParallel } from './support/pace.ts';
import { inDatabase } from './support/population.ts';
import { startSink } from './support/sink.ts';
import type { Tributary } from './support/tributary.ts';

const AT_ONCE = 100;
const CONNECTIONS = 8;
const WARM_UP = 100;

/** `POST /v1/person/merge`, a hundred people a request, half of them new and half with another name than before. */
export async function merge(bench: Bench): Promise<Figure[]> {
  const requests = bench.quick ? 300 : 1500;
  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url);
  const send = (i: number) => tributary.api('/v1/person/merge', { people: people(i), merge_by: ['str::email'] });
  for (let i = 0; i < 4; i++) await send(i);
  await inParallel(WARM_UP, CONNECTIONS, (i) => send(4 + i));
  await tributary.quiet();
  const began = now();
  await inParallel(requests, CONNECTIONS, (i) => send(4 + WARM_UP + i));
  const ours = (requests * AT_ONCE) / ((now() - began) / 1000);
  const { rows } = await inDatabase(tributary, (db) =>
    db.query<{ n: number }>('select count(*)::int as n from person'),
  );
  const expected = ((requests + WARM_UP + 4 + 1) * AT_ONCE) / 2;
  if (rows[0]!.n !== expected) throw new Error(`there are ${rows[0]!.n} people, not ${expected}`);
  const raw = await rawMerge(tributary, Math.min(requests, 500));
  return [
    {
      what: `person/merge, ${AT_ONCE} a request, half of them new`,
      value: ours,
      unit: '/s',
      raw,
      target: { atLeast: 8000 },
      note: 'raw: bare inserts and updates of the same people',
    },
  ];
}

const ALMOST = AT_ONCE / 2;

/** Fifty people of the request before, and fifty new ones. */
function people(request: number): object[] {
  return Array.from({ length: AT_ONCE }, (_, i) => {
    const who = request * ALMOST + i;
    return {
      fields: {
        'str::email': `merged${who}@example.com`,
        'str::first': `First${request % 97}`,
        'str::last': `Last${who % 1999}`,
        'geo::country': { name: 'Portugal' },
        'geo::city': { name: 'Lisboa' },
      },
    };
  });
}

/** The same numbers of people into the same tables, by statements that look nothing up. */
function rawMerge(tributary: Tributary, requests: number): Promise<number> {
  return inDatabase(tributary, async (db) => {
    const fields = people(0).map((person) => JSON.stringify((person as { fields: object }).fields));
    let id = 3_000_000_000_000_000_000n;
    let known: string[] = [];
    const began = now();
    await inParallel(requests, 3, async () => {
      const ids = Array.from({ length: ALMOST }, () => String(id++));
      const others = known.splice(0, ALMOST);
      await db.query({
        name: 'bench.merge',
        text: `with there as (
                 update person set fields = u.fields, edited_at = now() from unnest($3::bigint[], $4::jsonb[]) as u(id, fields)
                 where person.id = u.id
               ), made as (
                 insert into person (workspace_id, id, fields, created_at, edited_at)
                 select 1, n.*, now(), now() from unnest($1::bigint[], $2::jsonb[]) as n
               )
               insert into identity (workspace_id, field_id, value, person_id)
               select 1, 'str::email', 'raw' || n.id, n.id from unnest($1::bigint[]) as n(id)`,
        values: [ids, fields.slice(0, ALMOST), others, fields.slice(0, others.length)],
      });
      known = known.concat(ids);
    });
    return (requests * AT_ONCE) / ((now() - began) / 1000);
  });
}
