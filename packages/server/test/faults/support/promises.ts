import assert from 'node:assert/strict';
import type { KommoSandbox } from '@tributary/kommo-sandbox';
import { publicId } from '@tributary/model';
import type { Db } from '../../../src/platform/database/pool.ts';
import type { SmtpSink } from '../../support/smtp-sink.ts';

/** What holds at the end, whatever was killed. The number of messages that were uncertain. */
export async function checkPromises(
  db: Db,
  o: { kommo: KommoSandbox; sink: SmtpSink; deals: readonly number[]; acknowledged: readonly string[] },
): Promise<number> {
  await checkActivities(db, o.acknowledged);
  await checkRuns(db, o.deals);
  const uncertain = await checkMails(db, o.sink, o.deals.length);
  await checkKommo(db, o.kommo, o.deals);
  return uncertain;
}

async function checkActivities(db: Db, acknowledged: readonly string[]): Promise<void> {
  const { rows } = await db.query<{ key: string; n: number }>(
    `select key, count(*)::int as n from activity where key like 'k-%' group by key`,
  );
  const found = new Map(rows.map((row) => [row.key, row.n]));
  assert.ok(acknowledged.length > 100, 'there was load');
  assert.deepEqual(
    acknowledged.filter((id) => found.get(id) !== 1),
    [],
    'each acknowledged activity is there once',
  );
}

const WAITS = ['until-opened', 'three-days'];
const WAY = ['first-call', ...WAITS.slice(0, 1), 'case-study', ...WAITS.slice(1), 'opened'];
const ENDS = ['call', 'last-question'];

/** One run a deal; each shape of its way was moved through once, and counted once. */
async function checkRuns(db: Db, deals: readonly number[]): Promise<void> {
  const { rows: strange } = await db.query(
    `select r.id, m.did, r.parked_error from run r join move m on m.run_id = r.id where m.shape_id is null`,
  );
  assert.deepEqual(strange, [], 'no run stops before its first shape');
  const { rows: runs } = await db.query<{ lead: string; shapes: string[] }>(
    `select r.entry->>'str:cm:lead-id' as lead, array_agg(m.shape_id order by m.at, m.number) as shapes
     from run r join move m on m.run_id = r.id group by r.id`,
  );
  assert.deepEqual(runs.map(({ lead }) => Number(lead)).sort(), [...deals].sort(), 'one run a deal');
  const passed = new Map<string, number>();
  for (const { lead, shapes } of runs) {
    const end = ENDS.find((shape) => shapes.includes(shape)) ?? 'neither';
    const way = [...WAY, end, 'end'];
    // At a wait it is written that it waits, and that it went on.
    const moves = way.flatMap((shape) => (WAITS.includes(shape) ? [shape, shape] : [shape]));
    assert.deepEqual(shapes, moves, `each shape was moved through once for deal ${lead}`);
    for (const shape of way) passed.set(shape, (passed.get(shape) ?? 0) + 1);
  }
  const { rows: counted } = await db.query<{ shape: string; runs: number }>(
    'select shape_id as shape, sum(runs)::int as runs from shape_passed group by 1',
  );
  assert.deepEqual(new Map(counted.map(({ shape, runs }) => [shape, runs])), passed, 'as many are counted as passed');
}

async function checkMails(db: Db, sink: SmtpSink, deals: number): Promise<number> {
  const { rows } = await db.query<{ id: string; state: string; shape: string; uncertain: number }>(
    'select id, state, shape_id as shape, uncertain_count as uncertain from message order by id',
  );
  assert.deepEqual(
    rows.filter((row) => row.state !== 'sent'),
    [],
    'every message was sent',
  );
  for (const shape of ['first-call', 'case-study']) {
    assert.equal(rows.filter((row) => row.shape === shape).length, deals, `${shape} was asked for once a deal`);
  }
  const received = new Map<string, number>();
  for (const { messageId } of sink.mails) {
    const [id] = messageId.split('.');
    received.set(id!, (received.get(id!) ?? 0) + 1);
  }
  for (const row of rows) {
    const times = received.get(publicId(row.id, 'message')) ?? 0;
    assert.ok(times >= 1, `message ${row.id} arrived`);
    assert.ok(times === 1 || row.uncertain > 0, `message ${row.id} arrived ${times} times, and was never uncertain`);
  }
  assert.equal(received.size, rows.length, 'no mail arrived that is not a message');
  return rows.filter((row) => row.uncertain > 0).length;
}

async function checkKommo(db: Db, kommo: KommoSandbox, deals: readonly number[]): Promise<void> {
  const { rows } = await db.query<{ lead: string; opens: number; calls: number }>(
    `select r.entry->>'str:cm:lead-id' as lead,
            (select count(distinct date_trunc('second', a.occurred_at))::int from activity a
              join activity_definition d on d.id = a.definition_id
              where a.person_id = r.person_id and d.activity_id = 'act::o' and a.attributes->>'bol::m' is distinct from 'true') as opens,
            (select count(*)::int from move m where m.run_id = r.id and m.shape_id = 'call') as calls
     from run r`,
  );
  const byLead = new Map(rows.map((row) => [row.lead, row]));
  for (const deal of deals) {
    const { opens, calls } = byLead.get(String(deal))!;
    const notes = kommo.notes(deal).map((note) => note.text);
    assert.equal(new Set(notes).size, notes.length, `no note is there twice on ${deal}: ${notes.join(' | ')}`);
    assert.equal(notes.length, opens, `each open is a note on ${deal}`);
    assert.equal(kommo.tasks(deal).length, calls, `each call is a task on ${deal}`);
  }
  assert.ok(
    rows.some((row) => row.calls === 1),
    'someone is to be called',
  );
}
