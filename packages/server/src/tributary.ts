import type { FastifyInstance } from 'fastify';
import { ensureWorkspace, keyCache, type Workspace } from './access/index.ts';
import { createHttp, routes } from './api/index.ts';
import type { Config } from './config.ts';
import { gauges } from './gauges.ts';
import { createMailbox, type Mailbox, smtpChannel, type TakenFor } from './messages/index.ts';
import { createPeople, type DailyLimit } from './people/index.ts';
import type { Clock } from './platform/clock.ts';
import { migrate } from './platform/database/migrate.ts';
import { openForServer } from './platform/database/open.ts';
import { packIndexes } from './platform/database/pack.ts';
import { type Db, openPool, transaction } from './platform/database/pool.ts';
import { startJobs } from './platform/jobs.ts';
import { whyNotKept } from './platform/keeping.ts';
import type { Log } from './platform/log.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { createHearers } from './platform/news.ts';
import { findPortFree } from './platform/port.ts';
import { openPresence } from './platform/presence.ts';
import { createRooms, type Rooms } from './rooms.ts';

/** A running Tributary. */
export interface Tributary extends Rooms {
  /** Where it listens. */
  url: string;
  db: Db;
  workspace: Workspace;
  /** Where mail is kept when no SMTP server is set. */
  mailbox: Mailbox | undefined;
  /** What is in flight finishes, then the database stops. */
  close(): Promise<void>;
  /** What `close` waits for, and what it has yet to come to. */
  left(): string[];
}

/**
 * Everything put together, in the order in which the rooms build on each other.
 * `look` opens the pages about people without a key: for the demo. Without `schedules`, nothing is done by the machine's
 * clock, which is another than a `clock` that is moved.
 */
export async function startTributary(
  config: Config,
  o: { clock: Clock; log: Log; look?: boolean; schedules?: boolean },
): Promise<Tributary> {
  const { clock, log } = o;
  const closers: [what: string, close: () => Promise<unknown>][] = [];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    // One that fails, such as over a database that is away, keeps nobody from closing the others.
    for (; closers.length > 0; closers.pop())
      await closers
        .at(-1)![1]()
        .catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  const left = (): string[] => closers.map(([what]) => what).reverse();
  try {
    await findPortFree(config.host, config.port);
    const database = await openForServer(config, log);
    closers.push(['the database', database.close]);
    if (config.databaseUrl) await warnOfFolder(config, log);
    const db = openPool(database.connection, log);
    closers.push(['connections to the database', () => db.end()]);
    await migrate(db);
    const presence = await openPresence(database.connection, log);
    closers.push(['presence', presence.close]);

    const metrics = createMetrics();
    const people = createPeople({ db, clock, presence, daily: dailyLimit(config, metrics) });
    const workspace = await transaction(db, (tx) => ensureWorkspace(tx, clock.now(), people.seed));
    await people.preparePartitions();

    let url = '';
    const publicUrl = (): string => config.publicUrl ?? url;
    const mailbox = config.smtpUrl ? undefined : await createMailbox({ db, clock, log });
    if (mailbox) closers.push(['the mailbox', mailbox.close]);
    const channel = smtpChannel(config.smtpUrl ?? mailbox!.smtpUrl);
    closers.push(['the mail server', channel.close]);
    const { alone } = database;
    const onReceived = (as: TakenFor): void => metrics.mailsReceived.inc({ taken_for: as });
    const shared = { db, people, presence, workspace, clock, log };
    const rooms = createRooms({ ...shared, config, channel, publicUrl, alone, onReceived });
    const { audiences, messages, journeys, connectors, imports } = rooms;
    await audiences.ensureDefaults(workspace.id);

    const news = createHearers({ db, presence, clock, log });
    // Audiences first, always: who takes their lock holds nothing yet that another waits for.
    news.hear('people.recorded', audiences.hear);
    news.hear('people.united', audiences.hearUnited);
    news.hear('people.separated', audiences.hearSeparated);
    news.hear('people.deleted', audiences.hearDeleted);
    // Runs first: once they have followed, nothing is sent in the absorbed's name any more.
    news.hear('people.united', journeys.hearUnited);
    news.hear('people.united', messages.hearUnited);
    news.hear('people.separated', journeys.hearSeparated);
    news.hear('people.separated', messages.hearSeparated);
    news.hear('people.recorded', journeys.hear);
    news.hear('people.recorded', connectors.hearRecorded);
    news.hear('people.archived', journeys.hearArchived);
    for (const room of [messages, journeys, connectors]) news.hear('people.deleted', room.hearDeleted);
    // Who is back has their fields and runs as they left them: nothing follows. Unheard, it would be kept as a mistake.
    news.hear('people.restored', async () => undefined);
    news.hear('messages.zone', journeys.hearZone);
    news.hear('journeys.action', connectors.hearActions);
    news.hear('journeys.pass', journeys.entries.hearPasses);
    news.hear('audiences.kept', journeys.entries.hearKept);

    gauges(metrics, { db, people, messages, journeys, connectors });
    const app = createHttp({ log, metrics, proxies: config.proxies });
    const keys = keyCache(db);
    routes(app, {
      db,
      workspace,
      keys,
      clock,
      log,
      metrics,
      ...rooms,
      mailbox,
      limits: config.limits,
      look: o.look ?? false,
      local: isOfThisMachine(config),
    });
    if (o.schedules ?? true) {
      const jobs = await startJobs({
        db,
        log,
        jobs: [
          { name: 'prepare partitions', cron: '0 3 * * *', run: people.preparePartitions },
          { name: 'give freed keys', cron: '15 3 * * *', run: () => people.giveFreedKeys(workspace.id) },
          { name: 'forget old merges', cron: '30 3 * * *', run: people.identity.purge },
          { name: 'forget answers about entries', cron: '45 3 * * *', run: journeys.entries.purge },
          { name: 'pack indexes', cron: '0 4 * * 0', run: () => packIndexes(db, log) },
          { name: 'check connections', cron: '*/10 * * * *', run: connectors.check },
        ],
      });
      closers.push(['schedules', jobs.close]);
    }
    // Mail carries our address, so nothing is sent before we have one.
    url = await listen(app, config);
    closers.push(
      ['people', people.start(log).close],
      ['news', news.start().close],
      ['audiences', audiences.start().close],
      ['journeys', journeys.start().close],
      ['entries into journeys', journeys.entries.start().close],
      ['messages', messages.start().close],
      ['imports', imports.run().close],
    );
    const outside = connectors.start();
    // Side by side: nothing new is asked of the outer systems while the requests to us end.
    closers.push(['requests and connections', () => Promise.all([app.close(), outside.close()])]);
    closers.push(['telling a successor', database.closing]);
    return { url, db, workspace, mailbox, ...rooms, close, left };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Found only while the database is away, it would be found too late. */
async function warnOfFolder({ dataDir }: Config, log: Log): Promise<void> {
  const why = await whyNotKept(dataDir);
  if (why !== undefined)
    log.warn(
      `nothing can be kept in ${dataDir} (${why}), where opens, clicks and unsubscribes wait until the database has them: name a folder with DATA_DIR, or a crash loses some`,
    );
}

function dailyLimit({ activitiesPerDay: activities }: Config, metrics: Metrics): DailyLimit | undefined {
  return activities === undefined ? undefined : { activities, refused: () => metrics.activitiesRefused.inc() };
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<string> {
  await app.listen({ host, port });
  const address = app.server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${bound}`;
}

/**
 * Whether nobody but this machine has a way here. A name that others know us by says that something leads them in, and a
 * proxy may say of none that it brings them: nginx, as it is, asks by our own address and adds nothing.
 */
function isOfThisMachine({ host, publicUrl }: Config): boolean {
  return isLoopback(host) && (publicUrl === undefined || isLoopback(new URL(publicUrl).hostname));
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
