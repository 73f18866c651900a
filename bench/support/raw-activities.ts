import { now } from './now.ts';
import { inDatabase } from './population.ts';
import type { Tributary } from './tributary.ts';

const ROWS = 500;
const CONNECTIONS = 3;

/**
 * The raw limit of writing activities: rows of known people into the table
 * itself, with its indexes, so many a statement, each committed, over several
 * connections. Rows a second.
 */
export function rawActivities(tributary: Tributary, seconds: number): Promise<number> {
  return inDatabase(tributary, async (db) => {
    const { rows } = await db.query<{ id: string }>('select id from person limit 10000');
    const attributes = JSON.stringify({
      'str:cm:page': '/docs/getting-started',
      'str:cm:referrer': 'https://www.example.com/blog/how-teams-choose',
      'str:cm:campaign': 'autumn',
      'int:cm:seconds': 42_000,
    });
    let written = 0;
    let id = 2_000_000_000_000_000_000n;
    const end = now() + seconds * 1000;
    const write = async (): Promise<void> => {
      while (now() < end) {
        const some = Array.from({ length: ROWS }, () => rows[Math.floor(Math.random() * rows.length)]!.id);
        const at = new Date();
        await db.query({
          name: 'bench.activities',
          text: `insert into activity (workspace_id, person_id, occurred_at, id, definition_id, source, attributes)
                 select 1, a.* from unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::int[], $5::text[], $6::jsonb[]) as a`,
          values: [
            some,
            some.map(() => at),
            some.map(() => String(id++)),
            some.map(() => 1 + Math.floor(Math.random() * 6)),
            some.map(() => 'API'),
            some.map(() => attributes),
          ],
        });
        written += ROWS;
      }
    };
    const began = now();
    await Promise.all(Array.from({ length: CONNECTIONS }, write));
    return written / ((now() - began) / 1000);
  });
}
