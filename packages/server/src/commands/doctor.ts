import { statfs } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { trySmtp } from '../messages/index.ts';
import { DataFolderInUse, EmbeddedDatabaseError } from '../platform/database/embedded/index.ts';
import { migrationState } from '../platform/database/migrate.ts';
import { DatabaseUnreachable, unreachable } from '../platform/database/reach.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import { whyNotKept } from '../platform/keeping.ts';
import { newsWaiting } from '../platform/news.ts';
import type { Rooms } from '../rooms.ts';
import { onlyThere } from './only-there.ts';
import { counted, momentInWords } from './told.ts';
import { withRooms } from './with-database.ts';

interface Finding {
  good: boolean;
  text: string;
  /** What to do about it. */
  do?: string;
  /** What went wrong once, and does not any more. */
  past?: string | undefined;
}

const FREE_MIN_BYTES = 1024 ** 3;

/** Says what is wrong with this installation, and what to do. Ends with 1 when something is. */
export async function doctor(config: Config): Promise<number> {
  await onlyThere(config);
  const findings: Finding[] = [];
  // Each as soon as it is known: a database or a mail server that hangs takes its time.
  const tell = (...found: Finding[]): void => {
    findings.push(...found);
    for (const finding of found) {
      console.log(`${finding.good ? 'ok     ' : 'WRONG  '}${finding.text}`);
      if (finding.do) console.log(`       → ${finding.do}`);
      if (finding.past) console.log(`       past: ${finding.past}`);
    }
  };
  tell(node(), ...(await disk(config)));
  try {
    tell(...(await inside(config)));
  } catch (error) {
    tell(databaseAway(error, config));
  }
  const wrong = findings.filter((finding) => !finding.good).length;
  console.log(wrong === 0 ? '\nNothing is wrong.' : `\n${wrong} of ${findings.length} checks found something wrong.`);
  return wrong === 0 ? 0 : 1;
}

function databaseAway(failed: unknown, { databaseUrl, dataDir }: Config): Finding {
  const error = unreachable(failed, databaseUrl) ?? failed;
  if (error instanceof DatabaseUnreachable) return { good: false, text: error.problem, do: error.advice };
  if (error instanceof DataFolderInUse)
    return {
      good: false,
      text: `${error.holder} has ${dataDir}, and its database does not answer`,
      do: 'the log of that server and postgres.log in the folder may say why; if it does not come back, end the server and start it again',
    };
  // What to do is in the sentence.
  if (error instanceof EmbeddedDatabaseError || error instanceof UserError)
    return { good: false, text: `the database can not be used: ${messageOf(error)}` };
  return databaseUrl
    ? { good: false, text: `the database can not be used: ${messageOf(error)}`, do: 'see the log of its server' }
    : {
        good: false,
        text: `the database (${dataDir}) can not be used: ${messageOf(error)}`,
        do: 'see postgres.log in that folder',
      };
}

function node(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= 24
    ? { good: true, text: `Node ${process.versions.node}` }
    : {
        good: false,
        text: `Node ${process.versions.node}`,
        do: 'start it with npm, which uses the Node 24 among its packages',
      };
}

async function disk(config: Config): Promise<Finding[]> {
  if (config.databaseUrl) return [await keeping(config)];
  try {
    const { bavail, bsize } = await statfs(config.dataDir);
    const free = bavail * bsize;
    const text = `${config.dataDir} has ${(free / 1024 ** 3).toFixed(1)} GB free`;
    return [
      free > FREE_MIN_BYTES
        ? { good: true, text }
        : { good: false, text, do: 'make room: the database stops when it is full' },
    ];
  } catch {
    return [{ good: false, text: `${config.dataDir} can not be looked at`, do: 'see whose it is, and --data' }];
  }
}

/** With a database elsewhere, the folder is for what waits until that has it. */
async function keeping({ dataDir }: Config): Promise<Finding> {
  const why = await whyNotKept(dataDir);
  return why === undefined
    ? { good: true, text: `${dataDir} keeps opens and clicks until the database has them` }
    : {
        good: false,
        text: `nothing can be kept in ${dataDir} (${why}), where opens and clicks wait until the database has them`,
        do: 'name a folder that this user may write in with DATA_DIR: a crash loses what waits in memory alone',
      };
}

function inside(config: Config): Promise<Finding[]> {
  return withRooms(config, async (o) => {
    const migrations = await migrationState(o.db);
    const { rows } = await o.db.query<{ version: string }>(`select current_setting('server_version') as version`);
    const news = await newsWaiting(o.db);
    const engine = await o.journeys.engineCounts(o.db);
    const outbox = await o.messages.outboxState(o.db);
    const connections = await o.connectors.counts(o.db);
    const failures = await o.connectors.failures(o.db);
    const count = (good: boolean, text: string, advice: string): Finding =>
      good ? { good, text } : { good, text, do: advice };
    return [
      { good: true, text: `PostgreSQL ${rows[0]!.version}, at migration ${migrations.applied} of ${migrations.known}` },
      count(
        news.failing === 0,
        `${counted(news.waiting, 'piece of news waits', 'pieces of news wait')}, ${news.failing} of them failing`,
        `last error: ${news.lastError}`,
      ),
      count(
        engine.parked === 0,
        `${counted(engine.due, 'run is due', 'runs are due')}, ${engine.parked} parked`,
        '"runs parked" says why, "runs parked retry ID" tries one again, "runs parked end ID" ends it',
      ),
      count(
        outbox.uncertain === 0,
        `${counted(outbox.queued, 'message waits', 'messages wait')} to be sent${outbox.held > 0 ? ` (${outbox.held} for a cap or for their hours)` : ''}, ${counted(outbox.uncertain, 'is', 'are')} uncertain`,
        'their answer was lost: "messages uncertain" lists them, "messages uncertain resend ID" or "drop ID" settles one; MAIL_WHEN_UNCERTAIN=resend sends those again over which the mail server has not broken off three times',
      ),
      ...(outbox.refused === 0
        ? []
        : [
            count(
              false,
              `${counted(outbox.refused, 'message waits', 'messages wait')} because the mail server does not take mail from us`,
              `it says: ${outbox.lastReason}. Check SMTP_URL's login, MAIL_FROM, and whether this server may send`,
            ),
          ]),
      config.smtpUrl
        ? mailFinding(config.smtpUrl, await trySmtp(config.smtpUrl))
        : {
            good: true,
            text: 'no SMTP_URL in this environment: a server that is started in it keeps mail in its mailbox, nobody outside gets any',
          },
      ...(await o.messages.tryMailboxes()).map(({ name, problem }) =>
        count(
          problem === undefined,
          problem === undefined ? `replies are read from ${name}` : `replies can not be read from ${name}: ${problem}`,
          'check REPLIES_IMAP_URL; some providers want a password made for this program alone, and IMAP switched on',
        ),
      ),
      ...connections.map((connection) =>
        connectionFinding(
          connection,
          failures.find(({ connector }) => connector === connection.connector),
        ),
      ),
    ];
  });
}

type Connection = Awaited<ReturnType<Rooms['connectors']['counts']>>[number];
type Failures = Awaited<ReturnType<Rooms['connectors']['failures']>>[number];

function connectionFinding(c: Connection, failures: Failures | undefined): Finding {
  const { writes, unreadable, reasons } = failures?.now ?? { writes: 0, unreadable: 0, reasons: [] };
  const good = c.state === 'on' && c.note === null && c.lacking.length === 0 && writes + c.suspect + unreadable === 0;
  const text = `${c.connector}${c.account ? ` (${c.account})` : ''}: ${counted(c.inbox, 'webhook', 'webhooks')} to read, ${counted(c.open, 'write', 'writes')} to do, ${c.suspect} of them failing, ${writes} failed, ${unreadable} unreadable`;
  const why = new Set([c.note, ...c.lacking, ...reasons, ...(c.suspect > 0 ? c.reasons : [])].filter(Boolean));
  const advice = [...why].join('\n         ') || 'the server’s log has the reasons';
  return { good, text, ...(good ? {} : { do: advice }), past: failures && pastOf(failures) };
}

/** What failed and does not any more, as far as can be told: how often, and when last. */
function pastOf({ past: { writes, unreadable, lastAt, reason } }: Failures): string | undefined {
  if (!lastAt) return undefined;
  const what = [
    ...(writes > 0 ? [`${counted(writes, 'write', 'writes')} failed`] : []),
    ...(unreadable > 0 ? [`${counted(unreadable, 'webhook', 'webhooks')} could not be read or recorded`] : []),
  ];
  return `${what.join(', ')}, the last on ${momentInWords(lastAt)}${reason ? `: ${reason}` : ''}`;
}

function mailFinding(url: string, problem: string | undefined): Finding {
  const { host } = new URL(url);
  return problem === undefined
    ? { good: true, text: `mail leaves through ${host}` }
    : {
        good: false,
        text: `no mail leaves through ${host}: ${problem}`,
        do: 'check SMTP_URL, and whether that server is up and takes our login: until then mail waits',
      };
}
