import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../../test/support/until.ts';
import { type Desk, openDesk } from './test/support.ts';

const IMPORTER = fileURLToPath(new URL('./test/importer-process.ts', import.meta.url));
const ROWS = 20_000;
const KILLS = 6;
/** Of nine thousand addresses, nine stand in wrong rows only. */
const PEOPLE = 9000 - 9;

const started: ChildProcess[] = [];
let desk: Desk;
before(async () => {
  desk = await openDesk({ idle: true });
  await desk.people.addDefinitions(desk.ws, [{ activityId: 'act:cm:order', name: 'Order', touch: true }]);
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

test('an import whose process is killed again and again takes each row once, and rejects each wrong one once', async () => {
  // Nothing but the position says that a row was taken: the activities have no keys.
  const rows = Array.from({ length: ROWS }, (_, i) =>
    i % 1000 === 7 ? `nobody${i},2026-01-01,Order` : `p${i % 9000}@example.org,2026-01-01 10:00,Order`,
  );
  const it = await desk.send('activities', `email,time,event\n${rows.join('\n')}\n`);
  await desk.imports.start(desk.ws, it.id);
  const now = () => desk.imports.find(desk.ws, it.id);
  let child: ChildProcess | undefined;
  /** At every moment there are as many activities as rows are said to be taken. */
  const together = async (): Promise<number> => {
    const { rows: seen } = await desk.t.db.query<{ activities: number; taken: number; row: number }>(
      `select (select count(*)::int from activity a join activity_definition d on d.id = a.definition_id
               where d.activity_id = 'act:cm:order') as activities,
              created + merged as taken, row_number::int as row from import`,
    );
    assert.equal(seen[0]!.activities, seen[0]!.taken);
    return seen[0]!.row;
  };
  for (let i = 1; i <= KILLS; i++) {
    child = start();
    const { rowNumber } = await now();
    await until('some more are taken', async () => (await together()) > rowNumber);
    await kill(child);
  }
  assert.equal((await now()).state, 'running', 'it was killed in the middle');
  child = start();
  try {
    await until('it is done', async () => (await together()) > ROWS && (await now()).state === 'done', {
      withinMs: 60_000,
    });
  } finally {
    await kill(child);
  }
  const { counts, rowNumber } = await now();
  assert.equal(rowNumber, ROWS + 1);
  assert.deepEqual(
    { ...counts, taken: counts.created + counts.merged },
    { ...counts, rejected: 20, duplicate: 0, taken: ROWS - 20 },
  );
  const { rows: found } = await desk.t.db.query<{ activities: number; people: number; rejected: number }>(
    `select (select count(*)::int from activity a join activity_definition d on d.id = a.definition_id
             where d.activity_id = 'act:cm:order') as activities,
            (select count(*)::int from person) as people, (select count(*)::int from import_rejected) as rejected`,
  );
  assert.deepEqual(found[0], { activities: ROWS - 20, people: PEOPLE, rejected: 20 });
});
