import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../../test/support/until.ts';
import type { FileKind } from './index.ts';
import { type Desk, openDesk } from './test/support.ts';

const IMPORTER = fileURLToPath(new URL('./test/importer-process.ts', import.meta.url));

const started: ChildProcess[] = [];
let desk: Desk;
before(async () => {
  desk = await openDesk({ idle: true });
  await desk.people.addDefinitions(desk.ws, [{ activityId: 'act:cm:order', name: 'Order', touch: true }]);
  await desk.people.accounts.addDefinitions(desk.ws, [{ activityId: 'act:oc:order', name: 'Order', touch: true }]);
});
after(async () => {
  for (const child of started) await kill(child);
  await desk.close();
});

function start(): ChildProcess {
  const child = spawn(process.execPath, [IMPORTER, JSON.stringify(desk.t.connection)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  started.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

interface Case {
  kind: FileKind;
  heads: string;
  rows: number;
  kills: number;
  row(i: number): string;
  /** One in a thousand. */
  wrong(i: number): string;
  /** How many of what a row does are there; nothing but the position says which rows did it. */
  done: string;
  /** Of whom the rows tell, each once. */
  subjects: string;
}

const cases: readonly Case[] = [
  {
    kind: 'activities',
    heads: 'email,time,event',
    rows: 20_000,
    kills: 6,
    row: (i) => `p${i % 9000}@example.org,2026-01-01 10:00,Order`,
    wrong: (i) => `nobody${i},2026-01-01,Order`,
    done: `select count(*) from activity a join activity_definition d on d.id = a.definition_id
           where d.activity_id = 'act:cm:order'`,
    subjects: `select count(*) from person where fields->>'str::email' like 'p%'`,
  },
  {
    kind: 'account-activities',
    heads: 'company,time,event',
    rows: 10_000,
    kills: 3,
    row: (i) => `Company ${i % 9000},2026-01-01 10:00,Order`,
    wrong: (i) => `Company ${i % 9000},2026-01-01,Nothing`,
    done: 'select count(*) from account_activity',
    subjects: `select count(*) from account where fields->>'str:o:name' like 'Company%'`,
  },
  {
    kind: 'people',
    heads: 'email,time,company',
    rows: 10_000,
    kills: 3,
    row: (i) => `q${i}@example.org,,Firm ${i % 9000}`,
    wrong: (i) => `nobody${i},,Firm ${i % 9000}`,
    done: 'select count(*) from account_person',
    subjects: `select count(*) from account where fields->>'str:o:name' like 'Firm%'`,
  },
];

for (const { kind, heads, rows, kills, row, wrong, done, subjects } of cases) {
  test(`an import of ${kind} whose process is killed again and again takes each row once, and rejects each wrong one once`, async () => {
    const isWrong = (i: number): boolean => i % 1000 === 7;
    const lines = Array.from({ length: rows }, (_, i) => (isWrong(i) ? wrong(i) : row(i)));
    const it = await desk.send(kind, `${heads}\n${lines.join('\n')}\n`);
    await desk.imports.start(desk.ws, it.id);
    const now = () => desk.imports.find(desk.ws, it.id);
    /** At every moment as much is done as rows are said to be taken. */
    const together = async (): Promise<number> => {
      const { rows: seen } = await desk.t.db.query<{ done: number; taken: number; row: number }>(
        `select (${done})::int as done, created + merged as taken, row_number::int as row from import where id = $1`,
        [it.id],
      );
      assert.equal(seen[0]!.done, seen[0]!.taken);
      return seen[0]!.row;
    };
    let child: ChildProcess | undefined;
    for (let i = 1; i <= kills; i++) {
      child = start();
      const { rowNumber } = await now();
      await until('some more are taken', async () => (await together()) > rowNumber);
      await kill(child);
    }
    assert.equal((await now()).state, 'running', 'it was killed in the middle');
    child = start();
    try {
      await until('it is done', async () => (await together()) > rows && (await now()).state === 'done', {
        withinMs: 60_000,
      });
    } finally {
      await kill(child);
    }
    const { counts, rowNumber } = await now();
    assert.equal(rowNumber, rows + 1);
    const rejected = rows / 1000;
    assert.deepEqual(
      { ...counts, taken: counts.created + counts.merged },
      { ...counts, rejected, duplicate: 0, taken: rows - rejected },
    );
    const { rows: found } = await desk.t.db.query<{ done: number; subjects: number; rejected: number }>(
      `select (${done})::int as done, (${subjects})::int as subjects,
              (select count(*)::int from import_rejected where import_id = $1) as rejected`,
      [it.id],
    );
    // Of nine thousand, some stand in wrong rows only.
    const right = new Set(lines.flatMap((_, i) => (isWrong(i) ? [] : [i % 9000])));
    assert.deepEqual(found[0], { done: rows - rejected, subjects: right.size, rejected });
  });
}
