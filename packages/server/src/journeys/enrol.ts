import { createHash } from 'node:crypto';
import { type IntakeItem, matches, publicId } from '@tributary/model';
import type { Ids, People, PeopleRecorded, RecordedActivity } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { notify } from '../platform/presence.ts';
import { GOAL_WINDOW_MS } from './engine/advance.ts';
import { listJourneysEnteredBy } from './store/journey.sql.ts';
import { insertRuns, type NewRun } from './store/run.sql.ts';
import type { Version, Versions } from './versions.ts';

/** The source of what came by a file: it starts no journey. */
const IMPORTED = 'Import';

export interface Enroller {
  people: People;
  versions: Versions;
  runIds: Ids;
}

/** Starts the runs that these activities call for. Handling the same news again starts none. */
export async function enrol(tx: Tx, of: Enroller, pieces: readonly PeopleRecorded[], now: Date): Promise<void> {
  for (const workspaceId of new Set(pieces.map((piece) => piece.workspaceId))) {
    const told = pieces.filter((piece) => piece.workspaceId === workspaceId).flatMap((piece) => piece.activities);
    const kinds = [...new Set(told.map((activity) => activity.activityId))];
    const journeys = await listJourneysEnteredBy(tx, workspaceId, kinds);
    if (journeys.length === 0) continue;
    const versions = await Promise.all(journeys.map(({ id, version }) => of.versions.get(tx, id, version)));
    const entries = new Set(versions.map((version) => version.definition.entry.activity));
    const activities = await of.people.activities(
      tx,
      workspaceId,
      told.filter((activity) => entries.has(activity.activityId)),
    );
    const called = await whoEnters(tx, of.people, workspaceId, versions, activities, now);
    if (called.length === 0) continue;
    // Whoever becomes another from here on does so after this, and their runs follow.
    const held = await of.people.identity.hold(
      tx,
      workspaceId,
      called.map(({ activity }) => activity.personId),
    );
    const entering = called.flatMap(({ version, activity }) => {
      const personId = held.get(activity.personId);
      return personId === undefined ? [] : [{ version, activity: { ...activity, personId } }];
    });
    if (entering.length > 0) await start(tx, of, workspaceId, entering, now);
  }
}

interface Entering {
  version: Version;
  activity: RecordedActivity;
}

async function whoEnters(
  tx: Tx,
  people: People,
  workspaceId: number,
  versions: readonly Version[],
  activities: readonly RecordedActivity[],
  now: Date,
): Promise<Entering[]> {
  // A file of last year's orders is no reason to write to anyone.
  const lived = activities.filter((activity) => activity.source !== IMPORTED);
  const called = lived.flatMap((activity) =>
    versions
      .filter(({ definition: { entry } }) => {
        const { attributes } = activity;
        return (
          entry.activity === activity.activityId &&
          (!entry.filter || matches(entry.filter, { fields: attributes, now }))
        );
      })
      .map((version) => ({ version, activity })),
  );
  const asking = called.filter(({ version }) => version.definition.entry.person);
  if (asking.length === 0) return called;
  const found = await people.find(tx, workspaceId, [...new Set(asking.map(({ activity }) => activity.personId))]);
  return called.filter(({ version, activity }) => {
    const filter = version.definition.entry.person;
    return !filter || matches(filter, { fields: found.get(activity.personId)?.fields ?? {}, now });
  });
}

async function start(
  tx: Tx,
  of: Enroller,
  workspaceId: number,
  entering: readonly Entering[],
  now: Date,
): Promise<void> {
  const ids = await of.runIds.next(
    tx,
    entering.map(() => now),
  );
  const runs = entering.map(({ version, activity }, i): NewRun => {
    const heldOut = isHeldOut(version, activity.personId);
    const { key } = version.definition.entry;
    return {
      id: ids[i]!,
      journeyId: version.journeyId,
      version: version.version,
      personId: activity.personId,
      entryActivityId: activity.id,
      entryAt: activity.occurredAt,
      entryKey: key ? String(activity.attributes[key] ?? '') : '',
      entry: activity.attributes,
      heldOut,
      dueAt: heldOut ? new Date(now.getTime() + GOAL_WINDOW_MS) : now,
      listens: version.asks,
    };
  });
  const started = await insertRuns(tx, workspaceId, runs, now);
  const items = runs.flatMap((run, i) => (started.has(run.id) && !run.heldOut ? [startedItem(run, entering[i]!)] : []));
  await of.people.recordIn(tx, workspaceId, items);
  await tx.query(notify('run'));
}

/** Fixed by person and journey, so that a second run of the same person lands alike. */
function isHeldOut(version: Version, personId: string): boolean {
  const share = version.definition.holdOut;
  if (share === 0) return false;
  const hash = createHash('sha256').update(`${version.journeyId}:${personId}`).digest().readUInt32BE(0);
  return hash / 2 ** 32 < share;
}

function startedItem(run: NewRun, { version, activity }: Entering): IntakeItem {
  return {
    who: { personId: run.personId },
    fields: {},
    source: 'Journey',
    activity: {
      id: 'act::ej',
      attributes: {
        'idt::c': version.campaignId,
        'str::cn': version.name,
        'idt::jri': publicId(run.id, 'run'),
        'str::jefi': activity.activityId,
        'idt::jeai': publicId(activity.id, 'activity'),
      },
    },
  };
}
