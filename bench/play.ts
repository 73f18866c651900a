import { readConfig } from '../packages/server/src/config.ts';
import { withDatabase } from '../packages/server/src/commands/with-database.ts';
const [dir, ...sql] = process.argv.slice(2);
await withDatabase(readConfig({ LOG_LEVEL: 'silent' }, { data: dir! }), async ({ db }) => {
  for (const text of sql) {
    const results = await db.query(text);
    for (const r of Array.isArray(results) ? results : [results]) if (r.rows?.length) console.log(r.rows.map((x: object) => Object.values(x).join('\t')).join('\n'));
  }
});
