import assert from 'node:assert/strict';
import type { LeadView } from '@tributary/kommo-sandbox';
import type { ParsedMail } from 'mailparser';
import { BROWSER, click, open, unsubscribe } from '../../src/demo/reader.ts';
import type { RecordedActivity } from '../../src/people/index.ts';
import { DAY, type World } from './world.ts';

/** What a story is about: a person, her mailbox, and her deals in Kommo. */
export interface Scene {
  world: World;
  email: string;
  /** The one her first deal is; stories with several name them. */
  deal: LeadView;
  deals: Record<string, LeadView>;
}

/** Something that happens. */
export type Act = (scene: Scene) => unknown;

/** All that can be seen of a story from outside, and of the run inside. Only what is named is compared. */
export interface Seen {
  /** The subjects of the mail she got, oldest first. */
  mails: readonly string[];
  /** The notes on the deal, without their moments. */
  notes: readonly string[];
  tasks: readonly string[];
  emailStatus: string | undefined;
  /** Without its moment. */
  emailActivity: string | undefined;
  /** How her runs stand: where they wait, or why they have left. */
  runs: readonly string[];
  /** Why mails were not sent. */
  skipped: readonly string[];
}

/** What is done, in words; the doing; and what is then to be seen, once nothing is on its way any more. */
export type Beat = readonly [when: string, act: Act, seen: Partial<Seen>];

let people = 0;

/** A person with a deal that is a new lead. */
export async function openScene(world: World, email?: string): Promise<Scene> {
  people += 1;
  const address = email ?? `anna${people}@example.com`;
  const scene: Scene = { world, email: address, deal: undefined as unknown as LeadView, deals: {} };
  addDeal('first')(scene);
  await world.quiet();
  return scene;
}

/** Plays a story beat by beat. */
export async function play(scene: Scene, beats: readonly Beat[]): Promise<void> {
  for (const [when, act, expected] of beats) {
    await act(scene);
    await scene.world.quiet();
    const names = Object.keys(expected) as (keyof Seen)[];
    const actual = await seenOf(scene);
    const compared = Object.fromEntries(names.map((name) => [name, actual[name]]));
    assert.deepEqual(compared, expected, `after “${when}”`);
  }
}

export async function seenOf({ world, email, deal }: Scene): Promise<Seen> {
  const fields = world.kommo.lead(deal.id)!.customFields;
  const timeline = await timelineOf(world, email);
  return {
    mails: (await world.mailsTo(email)).map((mail) => mail.subject ?? ''),
    notes: world.kommo.notes(deal.id).map(({ text }) => withoutMoment(text)),
    tasks: world.kommo.tasks(deal.id).map((task) => `${task.responsibleUser}: ${task.text}`),
    emailStatus: fields['Email status'] as string | undefined,
    emailActivity: fields['Email activity'] === undefined ? undefined : withoutMoment(String(fields['Email activity'])),
    runs: await runsOf(world, email),
    skipped: timeline
      .filter(({ activityId }) => activityId === 'act::sk')
      .map(({ attributes }) => String(attributes['str::rn'])),
  };
}

/** Oldest first. */
export async function timelineOf({ tributary, db }: World, email: string): Promise<RecordedActivity[]> {
  const id = await tributary.people.findByEmail(db, tributary.workspace.id, email);
  return id ? (await tributary.people.timeline(db, tributary.workspace.id, id, 1000)).reverse() : [];
}

/** Where her runs wait, or why they left, in the order they began. */
export async function runsOf({ tributary, db }: World, email: string): Promise<string[]> {
  const id = await tributary.people.findByEmail(db, tributary.workspace.id, email);
  const { rows } = await db.query<{ at: string }>(
    `select coalesce('left: ' || left_reason, shape_id, 'not begun') || coalesce(' (parked: ' || parked_error || ')', '') as at
     from run where person_id = $1 order by entered_at, id`,
    [id ?? null],
  );
  return rows.map((row) => row.at);
}

/** How many runs each deal has had, by its id. */
export async function runsByDeal({ db }: World): Promise<Map<number, number>> {
  const { rows } = await db.query<{ deal: string; runs: number }>(
    'select entry_key as deal, count(*)::int as runs from run group by entry_key',
  );
  return new Map(rows.map((row) => [Number(row.deal), row.runs]));
}

const withoutMoment = (text: string): string => text.replace(/ · [^·]*$/, '');

export function addDeal(name: string): Act {
  return (scene) => {
    const { kommo } = scene.world;
    const deal = kommo.addLead({
      name: `Deal of ${scene.email}`,
      price: 12_000,
      contact: { first_name: 'Anna', last_name: 'Petrova', email: scene.email },
      statusId: kommo.stage('New lead').statusId,
      responsibleUserId: kommo.users()[1]!.id,
    });
    scene.deals[name] = deal;
    scene.deal ??= deal;
  };
}

export function moves(stage: string, name?: string): Act {
  return ({ world: { kommo }, deal, deals }) =>
    kommo.moveLead((name ? deals[name]! : deal).id, kommo.stage(stage).statusId);
}

/** One after the other. */
export function all(...acts: readonly Act[]): Act {
  return async (scene) => {
    for (const act of acts) await act(scene);
  };
}

export const wins = moves('Closed - won');
export const loses = moves('Closed - lost');

export function passes(time: { days?: number; ms?: number }): Act {
  return ({ world }) => world.clock.advance((time.days ?? 0) * DAY + (time.ms ?? 0));
}

/** Before she comes to a mail: what is done with it sooner is held for a moment before it is recorded. */
const GETS_TO_IT_MS = 60_000;

/** Opens the newest mail with that subject. */
export function opens(subject: string, userAgent = BROWSER, afterMs = GETS_TO_IT_MS): Act {
  return async (scene) => {
    scene.world.clock.advance(afterMs);
    await open(await mailOf(scene, subject), userAgent);
  };
}

export function clicks(subject: string, label: string, afterMs = GETS_TO_IT_MS): Act {
  return async (scene) => {
    scene.world.clock.advance(afterMs);
    await click(await mailOf(scene, subject), label);
  };
}

/** One click, as her mail program does it. */
export function unsubscribes(subject: string): Act {
  return async (scene) => unsubscribe(await mailOf(scene, subject));
}

async function mailOf({ world, email }: Scene, subject: string): Promise<ParsedMail> {
  const found = (await world.mailsTo(email)).findLast((mail) => mail.subject === subject);
  if (!found) throw new Error(`${email} has no mail “${subject}”`);
  return found;
}
