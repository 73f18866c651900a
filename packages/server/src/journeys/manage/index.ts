import type { JourneyDefinition } from '@tributary/model';
import type { Tx } from '../../platform/database/pool.ts';
import type { Enroller } from '../entry/enter.ts';
import { type HistoryRow, listHistory } from '../store/history.sql.ts';
import {
  listManaged,
  listPublished,
  type ManagedAsked,
  type ManagedJourney,
  type PublishedVersion,
} from '../store/managed.sql.ts';
import type { RunRow } from '../store/runs.sql.ts';
import { countInsideOf, type InsideCounts } from '../store/standing.sql.ts';
import {
  type Checked,
  checkDefinition,
  checkDraft,
  checkedHere,
  createDraft,
  type Draft,
  type DraftNow,
  discardDraft,
  readDraft,
  saveDraft,
} from './drafts.ts';
import { figuresOf, type JourneyFigures } from './figures.ts';
import { findManaged, type Managing, type Which } from './managing.ts';
import type { Mapping } from './passages.ts';
import { type Preview, type PublishAsked, type Published, previewPublish, publishDraft } from './publishing.ts';
import { moveAllOn, pageOfRuns, type RunsWanted, readRun, retryRun, settleRun, totalOfRuns } from './runs.ts';
import { changeState, type StateVerb } from './states.ts';
import { switchShape } from './switch.ts';
import { type Difference, difference, duplicate, type NamedIn, readVersion, rename, type TextName } from './text.ts';
import { type TryAsked, tryDraft } from './try.ts';
import { type Contest, chooseWinner, contestOf } from './variants.ts';

/** A journey and how it stands. */
export type JourneyNow = ManagedJourney & Omit<InsideCounts, 'journeyId'>;

/** Who does it, as history tells: the name of a key, or the command line. */
interface By {
  by: string;
}

/** A run by its id, and as the caller knows it. */
interface RunNamed {
  id: string;
  shown: string;
}

/**
 * Living with journeys while people are inside. Everything that changes one is in its history, and waits for the engine to
 * lay down what it has of it; the engine waits for nobody.
 */
export interface Manage {
  list(workspaceId: number, asked: ManagedAsked): Promise<JourneyNow[]>;
  find(workspaceId: number, which: Which): Promise<JourneyNow>;
  figures(workspaceId: number, which: Which): Promise<JourneyFigures>;
  history(workspaceId: number, which: Which, o: { limit: number; before?: string | undefined }): Promise<HistoryRow[]>;

  changeState(workspaceId: number, which: Which, verb: StateVerb, o: By & { letGo?: boolean }): Promise<void>;
  /** Returns the version that is live now. */
  switchShape(workspaceId: number, which: Which, o: By & { shape: string; to: 'on' | 'off' }): Promise<number>;

  create(workspaceId: number, draft: Draft, o: By): Promise<ManagedJourney>;
  draft(workspaceId: number, which: Which): Promise<DraftNow>;
  /** Returns the edit that the draft has now. */
  saveDraft(workspaceId: number, which: Which, o: By & { draft: Draft; edit: number }): Promise<number>;
  discardDraft(workspaceId: number, which: Which, o: By & { edit: number | undefined }): Promise<void>;
  check(workspaceId: number, which: Which): Promise<Checked & { edit: number }>;
  checkDefinition(workspaceId: number, definition: unknown): Promise<Checked>;
  /** The same, of a transaction that may have made what it names. */
  checkIn(tx: Tx, workspaceId: number, definition: unknown): Promise<Checked>;
  preview(workspaceId: number, which: Which, mapping: Mapping): Promise<Preview>;
  publish(workspaceId: number, which: Which, asked: PublishAsked): Promise<Published>;

  versions(workspaceId: number, which: Which): Promise<PublishedVersion[]>;
  version(
    workspaceId: number,
    which: Which,
    version: number,
  ): Promise<{ journey: ManagedJourney; version: number; given: unknown; definition: JourneyDefinition }>;
  diff(workspaceId: number, which: Which, o: { from: TextName; to: TextName }): Promise<Difference>;
  duplicate(workspaceId: number, which: Which, o: By & { name: string | undefined }): Promise<ManagedJourney>;
  rename(
    workspaceId: number,
    which: Which,
    o: By & { name: string },
  ): Promise<{ journey: ManagedJourney; namedIn: NamedIn[] }>;

  runs(workspaceId: number, which: Which, wanted: RunsWanted): Promise<RunRow[]>;
  /** How many there are on all pages. */
  countRuns(workspaceId: number, which: Which, wanted: Pick<RunsWanted, 'state' | 'shape'>): Promise<number>;
  run(
    workspaceId: number,
    which: Which,
    run: RunNamed,
  ): Promise<{ run: RunRow; moves: { at: Date; shapeId: string | null; title: string | null; did: string }[] }>;
  settleRun(workspaceId: number, which: Which, o: By & RunNamed & { how: 'end' | 'move on' }): Promise<void>;
  retryRun(workspaceId: number, which: Which, o: By & RunNamed): Promise<void>;
  /** Returns how many people go on. */
  moveAllOn(workspaceId: number, which: Which, o: By & { shape: string }): Promise<number>;

  /** How the versions of an e-mail do. */
  contest(workspaceId: number, which: Which, shape: string): Promise<Contest>;
  chooseWinner(workspaceId: number, which: Which, o: By & { shape: string; variant: string | null }): Promise<void>;
  /** Returns the run that has begun. */
  try(workspaceId: number, which: Which, asked: TryAsked): Promise<string>;
}

const NOBODY = { inside: 0, held: 0, parked: 0 };

export function createManage(o: Managing & Enroller): Manage {
  const counted = async (rows: readonly ManagedJourney[]): Promise<JourneyNow[]> => {
    const counts = await countInsideOf(
      o.db,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => {
      const { inside, held, parked } = counts.get(row.id) ?? NOBODY;
      // A pause keeps all who are inside, and marks only those who would have moved: so it costs nothing.
      return { ...row, inside, held: row.state === 'paused' ? inside : held, parked };
    });
  };
  return {
    list: async (workspaceId, asked) => counted(await listManaged(o.db, workspaceId, asked)),
    find: async (workspaceId, which) => (await counted([await findManaged(o.db, workspaceId, which)]))[0]!,
    figures: (...asked) => figuresOf(o, ...asked),
    async history(workspaceId, which, page) {
      return listHistory(o.db, (await findManaged(o.db, workspaceId, which)).id, page);
    },
    changeState: (...asked) => changeState(o, ...asked),
    switchShape: (...asked) => switchShape(o, ...asked),
    create: (workspaceId, draft, { by }) => createDraft(o, workspaceId, draft, by),
    draft: (...asked) => readDraft(o, ...asked),
    saveDraft: (...asked) => saveDraft(o, ...asked),
    discardDraft: (...asked) => discardDraft(o, ...asked),
    check: (...asked) => checkDraft(o, ...asked),
    checkDefinition: (...asked) => checkDefinition(o, ...asked),
    checkIn: (tx, ...asked) => checkedHere(tx, o, ...asked),
    preview: (...asked) => previewPublish(o, ...asked),
    publish: (...asked) => publishDraft(o, ...asked),
    async versions(workspaceId, which) {
      return listPublished(o.db, (await findManaged(o.db, workspaceId, which)).id);
    },
    version: (...asked) => readVersion(o, ...asked),
    diff: (...asked) => difference(o, ...asked),
    duplicate: (...asked) => duplicate(o, ...asked),
    rename: (...asked) => rename(o, ...asked),
    runs: (...asked) => pageOfRuns(o, ...asked),
    countRuns: (...asked) => totalOfRuns(o, ...asked),
    run: (...asked) => readRun(o, ...asked),
    settleRun: (...asked) => settleRun(o, ...asked),
    retryRun: (...asked) => retryRun(o, ...asked),
    moveAllOn: (...asked) => moveAllOn(o, ...asked),
    contest: (...asked) => contestOf(o, ...asked),
    chooseWinner: (...asked) => chooseWinner(o, ...asked),
    try: (...asked) => tryDraft(o, ...asked),
  };
}
