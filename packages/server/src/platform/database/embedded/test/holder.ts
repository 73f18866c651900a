import pg from 'pg';

/** A Tributary that is nothing but its database, to be killed by a test. Says what happens in lines of JSON. */
const say = (what: object) => console.log(JSON.stringify(what));
const options = JSON.parse(process.argv[2] ?? '{}') as {
  door: string;
  dataDir: string;
  settings?: Record<string, string>;
  /** Finishes its work and closes on SIGTERM and SIGINT, as Tributary does; otherwise it dies of them. */
  tidy?: boolean;
  /** Ends by itself as soon as the database is there, having nothing more to do. */
  brief?: boolean;
};
const { startEmbedded } = (await import(options.door)) as typeof import('../index.ts');

try {
  const db = await startEmbedded({
    dataDir: options.dataDir,
    ...(options.settings ? { settings: options.settings } : {}),
    log: (msg, detail) => say({ log: msg, ...detail }),
  });
  say({ ready: db.connection });
  if (options.tidy) {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, async () => {
        const client = new pg.Client(db.connection);
        await client.connect();
        say({ got: signal, answer: (await client.query('select 1 as one')).rows[0] });
        await client.end();
        await db.close();
        process.exit();
      });
    }
  }
  if (!options.brief) setInterval(() => undefined, 1_000);
} catch (error) {
  const { name, message } = error as Error;
  say({ failed: name, message });
  process.exitCode = 1;
}
