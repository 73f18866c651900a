import type { Log } from '../log.ts';
import type { Db } from './pool.ts';

/** Smaller ones are not worth the work. */
const LEAST_BYTES = 32 * 2 ** 20;
/** How much more room than it needs an index may take. */
const SLACK = 1.25;
/** How long a new index waits for the transactions that do not know of it. */
const PATIENCE = '1min';

/**
 * Builds anew the indexes that take much more room than their entries need, while everybody goes on reading and
 * writing. What comes in by person, or by kind and time, leaves each page behind it half or two thirds full: of an index of
 * what happened that is a gigabyte in three, and as much to read. One that nobody got to build to its end is removed.
 */
export async function packIndexes(db: Db, log: Log, { least = LEAST_BYTES } = {}): Promise<void> {
  const client = await db.connect();
  try {
    await client.query(`select set_config('lock_timeout', $1, false)`, [PATIENCE]);
    for (const { name } of (await client.query<{ name: string }>(UNFINISHED)).rows) {
      await client.query(`drop index concurrently ${name}`);
    }
    for (const { name, bytes } of (await client.query<{ name: string; bytes: number }>(LOOSE, [least, SLACK])).rows) {
      await client.query(`reindex index concurrently ${name}`);
      const { rows } = await client.query<{ bytes: number }>(`select pg_relation_size($1::regclass)::float8 as bytes`, [
        name,
      ]);
      log.info({ index: name, before: bytes, after: rows[0]!.bytes }, 'an index was packed');
    }
  } finally {
    await client.query('reset lock_timeout').then(
      () => client.release(),
      (error: Error) => client.release(error),
    );
  }
}

/** What "reindex concurrently" leaves behind when it is interrupted. */
const UNFINISHED = `
  select format('%I.%I', n.nspname, c.relname) as name
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = current_schema() and c.relkind = 'i' and not i.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$'`;

/**
 * An entry is a head, a pointer and its columns, each at most up to the next eight bytes; a page that is built is nine
 * tenths full. Equal entries that share one take less, so nothing is built anew that would come out the same.
 */
const LOOSE = `
  with index as (
    select format('%I.%I', n.nspname, c.relname) as name, pg_relation_size(c.oid)::float8 as bytes, c.reltuples as entries,
           (select sum(8 * ceil(coalesce(s.avg_width, 8) / 8.0)) from unnest(i.indkey::int2[]) k
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k
            left join pg_stats s on s.schemaname = n.nspname and s.tablename = t.relname and s.attname = a.attname) as width
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_am m on m.oid = c.relam
    where n.nspname = current_schema() and c.relkind = 'i' and m.amname = 'btree' and i.indisvalid
      and c.reltuples >= 0 and 0 <> all(i.indkey::int2[]))
  select name, bytes from index where bytes >= $1 and bytes > $2 * entries * (8 + 4 + width) / 0.9 order by bytes`;
