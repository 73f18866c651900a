import { populate, inDatabase } from './support/population.ts';
import { startTributary } from './support/tributary.ts';
import { journey, RUNS } from './moves.ts';
const t = await startTributary({ dataDir: '/tmp/prof/data', smtpUrl: 'smtp://127.0.0.1:9' });
await populate(t, Number(process.argv[2]), 0);
await t.push({ journey, templates: {} });
await inDatabase(t, async (db) => {
  await db.query(RUNS, [Number(process.argv[3]), 'sleeping']);
  await db.query(RUNS, [Number(process.argv[2]), 'due']);
  await db.query('vacuum (analyze) run');
  await db.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
  await db.query(`alter system set "pg_stat_statements.track_planning" = on`);
});
await t.close();
