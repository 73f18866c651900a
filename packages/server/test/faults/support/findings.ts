import { isDeepStrictEqual } from 'node:util';
import type { KommoSandbox } from '@tributary/kommo-sandbox';
import { publicId } from '@tributary/model';
import type { Db } from '../../../src/platform/database/pool.ts';
import type { SmtpSink } from '../../support/smtp-sink.ts';
import type { Clients } from './clients.ts';
import type { Readers } from './readers.ts';
import type { Sellers } from './sellers.ts';

/** All who saw what happened from outside. */
export interface Witnesses {
  db: Db;
  kommo: KommoSandbox;
  sink: SmtpSink;
  clients: Clients;
  sellers: Sellers;
  readers: Readers;
}

/** What was found wrong, in words, and what was counted. */
export interface Findings {
  wrong: string[];
  counted: Record<string, number>;
}

/** What still waits; all zero when everything has come to its end. */
export async function stillOpen(db: Db): Promise<Record<string, number>> {
  const { rows } = await db.query<Record<string, number>>(
    `select (select count(*)::int from news) as news, (select count(*)::int from connector_inbox) as hooks,
            (select count(*)::int from connector_outbox where state in ('queued', 'writing')) as writes,
            (select count(*)::int from message where state in ('queued', 'sending', 'uncertain')) as messages,
            (select count(*)::int from run where left_at is null) as runs`,
  );
  return rows[0]!;
}

export async function compare(of: Witnesses): Promise<Findings> {
  const findings: Findings = { wrong: [], counted: {} };
  await compareActivities(of, findings);
  await compareRuns(of, findings);
  await compareMails(of, findings);
  await compareOpens(of, findings);
  await compareKommo(of, findings);
  return findings;
}

async function compareActivities({ db, clients }: Witnesses, { wrong, counted }: Findings): Promise<void> {
  const { rows } = await db.query<{ key: string; n: number }>(
    `select key, count(*)::int as n from activity where key like 'told-%' group by key`,
  );
  const found = new Map(rows.map((row) => [row.key, row.n]));
  for (const key of clients.acknowledged) {
    const n = found.get(key) ?? 0;
    if (n !== 1) wrong.push(`the acknowledged activity ${key} is there ${n} times`);
  }
  for (const key of found.keys()) {
    if (!clients.acknowledged.has(key)) wrong.push(`the activity ${key} is there, though nobody was told so`);
  }
  for (const status of clients.answers.keys()) {
    if (![0, 200, 503].includes(status)) wrong.push(`a client was answered with ${status}`);
  }
  counted['acknowledged activities'] = clients.acknowledged.size;
  counted['refused or unanswered'] = [...clients.answers].reduce((n, [s, times]) => n + (s === 200 ? 0 : times), 0);
}

async function compareRuns({ db, sellers }: Witnesses, { wrong, counted }: Findings): Promise<void> {
  const { rows } = await db.query<{ deal: string; n: number; parked: number }>(
    'select entry_key as deal, count(*)::int as n, count(parked_error)::int as parked from run group by entry_key',
  );
  const runs = new Map(rows.map((row) => [Number(row.deal), row.n]));
  for (const [deal, moves] of sellers.moves) {
    if (runs.get(deal) !== moves) wrong.push(`deal ${deal} came ${moves} times and has ${runs.get(deal) ?? 0} runs`);
  }
  for (const [deal, n] of runs) {
    if (!sellers.moves.has(deal) && (!sellers.fickle.has(deal) || n > 1)) wrong.push(`deal ${deal} has ${n} runs`);
  }
  for (const { deal, parked } of rows) if (parked > 0) wrong.push(`a run of deal ${deal} is parked`);
  counted.runs = rows.reduce((sum, row) => sum + row.n, 0);
}

async function compareMails({ db, sink, sellers }: Witnesses, { wrong, counted }: Findings): Promise<void> {
  const { rows } = await db.query<MessageRow>(
    `select m.id, m.state, m.shape_id as shape, m.uncertain_count as uncertain, r.entry_key as deal,
            (select count(*)::int from activity a where a.person_id = m.person_id and a.key = m.id || '/act::s') as told
     from message m join run r on r.id = m.run_id order by m.id`,
  );
  const received = new Map<string, number>();
  for (const { messageId } of sink.mails) {
    const id = messageId.split('@')[0]!;
    received.set(id, (received.get(id) ?? 0) + 1);
  }
  let doubles = 0;
  for (const { id, state, shape, uncertain, deal, told } of rows) {
    const times = received.get(publicId(id, 'message')) ?? 0;
    received.delete(publicId(id, 'message'));
    const mail = `the mail ${id} (${shape}, deal ${deal}, uncertain ${uncertain} times)`;
    if (state !== 'sent') wrong.push(`${mail} is ${state}`);
    if (times === 0) wrong.push(`${mail} never arrived`);
    if (times > 1 + uncertain) wrong.push(`${mail} arrived ${times} times`);
    if (told !== 1) wrong.push(`${mail} is ${told} times on the timeline`);
    if (times > 1) doubles += 1;
  }
  for (const id of received.keys()) wrong.push(`a mail ${id} arrived that is no message`);
  for (const [deal, moves] of sellers.moves) {
    for (const shape of ['first-call', 'case-study']) {
      const n = rows.filter((row) => row.deal === String(deal) && row.shape === shape).length;
      if (n !== moves) wrong.push(`deal ${deal} came ${moves} times and led to ${n} mails “${shape}”`);
    }
  }
  counted.messages = rows.length;
  counted['mails received'] = sink.mails.length;
  counted['once uncertain'] = rows.filter(({ uncertain }) => uncertain > 0).length;
  counted['of these received twice or more'] = doubles;
}

interface MessageRow {
  id: string;
  state: string;
  shape: string;
  uncertain: number;
  deal: string;
  /** How often the timeline says that it was sent. */
  told: number;
}

/** Everyone who saw a picture, and did so as a person, is on a timeline. */
async function compareOpens({ db, readers }: Witnesses, { wrong, counted }: Findings): Promise<void> {
  const { rows } = await db.query<{ message: string }>(
    `select distinct a.attributes->>'idt::mi' as message from activity a
     join activity_definition d on d.id = a.definition_id
     where d.activity_id = 'act::o' and a.attributes->>'bol::m' = 'false'`,
  );
  const known = new Set(rows.map((row) => row.message));
  const lost = [...readers.opened.keys()].filter((messageId) => !known.has(messageId.split('@')[0]!));
  for (const messageId of lost) wrong.push(`the mail ${messageId} was opened, and no timeline says so`);
  counted['mails opened'] = readers.opened.size;
  counted['opened by machines'] = readers.byMachine;
}

async function compareKommo({ db, kommo }: Witnesses, { wrong, counted }: Findings): Promise<void> {
  const { rows } = await db.query<{ deal: string; opens: number; calls: number; questions: number; runs: number }>(
    `select r.entry_key as deal, count(*)::int as runs,
            sum((select count(*) from activity a join activity_definition d on d.id = a.definition_id
                  where a.person_id = r.person_id and d.activity_id = 'act::o' and a.attributes->>'bol::m' = 'false'
                    and a.attributes->>'idt::jri' = '10' || lpad(to_hex(r.id >> 31), 8, '0')
                      || lpad(to_hex(r.id & 2147483647), 12, '0') || '00'))::int as opens,
            sum((select count(*) from move m where m.run_id = r.id and m.shape_id = 'call'))::int as calls,
            sum((select count(*) from message m where m.run_id = r.id and m.shape_id = 'last-question'))::int as questions
     from run r group by r.entry_key`,
  );
  for (const { deal, opens, calls } of rows) {
    const notes = kommo.notes(Number(deal)).map(({ text }) => text);
    if (notes.length !== opens) wrong.push(`deal ${deal} was opened ${opens} times and has ${notes.length} notes`);
    if (new Set(notes).size !== notes.length) wrong.push(`deal ${deal} has a note twice: ${notes.join(' | ')}`);
    if (opens > 0 !== 'Email activity' in kommo.lead(Number(deal))!.customFields) {
      wrong.push(`deal ${deal} was opened ${opens} times, and “Email activity” does not agree`);
    }
    const tasks = kommo.tasks(Number(deal)).length;
    if (tasks !== calls) wrong.push(`deal ${deal} asks for ${calls} calls and has ${tasks} tasks`);
  }
  const ends = rows.reduce((sum, row) => sum + row.calls + row.questions, 0);
  const { rows: completed } = await db.query<{ n: number }>(
    `select count(*)::int as n from run where left_reason = 'completed'`,
  );
  if (ends !== completed[0]!.n) wrong.push(`${completed[0]!.n} runs came to the end, by ${ends} calls and questions`);
  const { rows: failed } = await db.query<{ kind: string; error: string }>(
    `select kind, error from connector_outbox where state <> 'done'`,
  );
  for (const write of failed) wrong.push(`a ${write.kind} was not written: ${write.error}`);
  counted.notes = kommo.notes().length;
  counted.tasks = kommo.tasks().length;
  const { rows: doubtful } = await db.query<{ n: number }>(
    'select count(*)::int as n from connector_outbox where uncertain',
  );
  counted['writes that were looked for'] = doubtful[0]!.n;
}

/** For a test's last word: nothing may be wrong. */
export function assertNothingWrong({ wrong }: Findings): void {
  if (isDeepStrictEqual(wrong, [])) return;
  const shown = wrong.slice(0, 40).map((line) => `  ${line}`);
  throw new Error(`${wrong.length} things are wrong:\n${shown.join('\n')}`);
}
