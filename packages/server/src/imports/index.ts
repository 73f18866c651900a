import type { People } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Queryable } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type Loop, startLoop } from '../platform/loop.ts';
import { notify, type Presence } from '../platform/presence.ts';
import { createDoors } from './doors.ts';
import { type DryRun, dryRun } from './dry-run.ts';
import { type FileKind, kinds } from './kinds.ts';
import { catalogFor } from './mapping/catalog.ts';
import { checkMapping } from './mapping/check.ts';
import { receive } from './receive.ts';
import {
  deleteBrokenUploads,
  deleteImport,
  findImport,
  listImports,
  updateMapping,
  updateSamplesOfDone,
  updateState,
} from './store/import.sql.ts';
import { listRejected } from './store/rejected.sql.ts';
import { createTaker } from './take.ts';
import type { DialectGiven, Import, Mapping, Rejected } from './types.ts';
import { createTurn } from './work.ts';

export { guarded, unmistaken } from './cells/formula.ts';
export { cellOf } from './cells/print.ts';
export type { DryRun } from './dry-run.ts';
export { encodingFrom } from './file/decode.ts';
export { type FileKind, isFileKind, kinds } from './kinds.ts';
export { attributeTypeOf } from './mapping/catalog.ts';
export { idIn } from './mapping/guess.ts';
export { notesOn } from './mapping/notes.ts';
export { suggestionFor } from './mapping/suggest.ts';
export { plainName } from './mapping/synonyms.ts';
export { rejectedCsv } from './rejected.ts';
export type { DialectGiven, Import, Mapping, Rejected, Target } from './types.ts';

const BROKEN_AFTER_MS = 24 * 3600 * 1000;

/** Files that are taken in. */
export interface Imports {
  /** Keeps a file as it comes, and says what it looks like. Throws what breaks the stream; then nothing is kept. */
  receive(
    workspaceId: number,
    o: { kind: FileKind; name: string; dialect: DialectGiven },
    file: AsyncIterable<Buffer>,
  ): Promise<Import>;
  find(workspaceId: number, id: string): Promise<Import>;
  /** The newest. */
  list(workspaceId: number): Promise<Import[]>;
  map(workspaceId: number, id: string, mapping: Mapping): Promise<Import>;
  /** What it would do; writes nothing. */
  check(workspaceId: number, id: string): Promise<DryRun>;
  /** Begins, or goes on where it was stopped or failed. */
  start(workspaceId: number, id: string): Promise<Import>;
  stop(workspaceId: number, id: string): Promise<Import>;
  delete(workspaceId: number, id: string): Promise<void>;
  /** The rows not taken, in pages. */
  rejected(workspaceId: number, id: string): AsyncIterable<readonly Rejected[]>;
  /** Takes the imports that run, of all workspaces. */
  run(): Loop;
}

const PAGE = 1000;
const LISTED = 100;

export function createImports(o: { db: Db; people: People; presence: Presence; clock: Clock; log: Log }): Imports {
  const { db, people, clock } = o;
  const doors = createDoors(people);
  const takers = { person: createTaker(people, doors.person), account: createTaker(people, doors.account) };

  const find = async (workspaceId: number, id: string): Promise<Import> => {
    const it = /^\d{1,18}$/.test(id) ? await findImport(db, workspaceId, id) : undefined;
    if (!it) throw new UserError('import_not_found', `there is no import ${id.slice(0, 40)}`, 404);
    return it;
  };
  const inState = (it: Import, what: string): UserError =>
    new UserError('import_state', `import ${it.id} is ${it.state}: it can not be ${what}`, 409);
  /** As it is now: another one may have been quicker. */
  const meanwhile = async ({ workspaceId, id }: Import, what: string): Promise<UserError> =>
    inState(await find(workspaceId, id), what);
  const checked = async (queryable: Queryable, it: Import, mapping: Mapping): Promise<void> =>
    checkMapping(it, mapping, await catalogFor(doors, queryable, it.workspaceId, it.kind));
  /** The fields that the mapping finds people and accounts by become keys, of those that can be one. */
  const ensureKeys = async ({ kind, workspaceId, mapping }: Import): Promise<void> => {
    await doors[kinds[kind].of].ensureKeys(workspaceId, mapping.mergeBy);
    const accountKeys = mapping.columns.flatMap((target) => (target.to === 'account' ? [target.by] : []));
    if (accountKeys.length > 0) await doors.account.ensureKeys(workspaceId, accountKeys);
  };

  return {
    receive: (workspaceId, of, file) => receive({ db, doors, clock }, workspaceId, of, file),
    find,
    list: (workspaceId) => listImports(db, workspaceId, LISTED),
    async map(workspaceId, id, mapping) {
      const it = await find(workspaceId, id);
      await checked(db, it, mapping);
      if (!(await updateMapping(db, workspaceId, id, mapping, clock.now())))
        throw await meanwhile(it, 'mapped any more');
      return find(workspaceId, id);
    },
    async check(workspaceId, id) {
      const it = await find(workspaceId, id);
      if (it.state !== 'ready') throw inState(it, 'checked any more');
      await checked(db, it, it.mapping);
      await ensureKeys(it);
      return dryRun({ db, doors, taker: takers[kinds[it.kind].of] }, it);
    },
    async start(workspaceId, id) {
      const it = await find(workspaceId, id);
      await checked(db, it, it.mapping);
      for (const target of it.mapping.columns)
        if (target.to === 'new_field') await doors[kinds[it.kind].of].addField(workspaceId, target);
      await ensureKeys(it);
      const change = { from: ['ready', 'stopped', 'failed'], to: 'running' } as const;
      if (!(await updateState(db, workspaceId, id, change, clock.now()))) throw await meanwhile(it, 'started');
      await db.query(notify('imports'));
      return find(workspaceId, id);
    },
    async stop(workspaceId, id) {
      const it = await find(workspaceId, id);
      const change = { from: ['running'], to: 'stopped' } as const;
      if (!(await updateState(db, workspaceId, id, change, clock.now()))) throw await meanwhile(it, 'stopped');
      return find(workspaceId, id);
    },
    async delete(workspaceId, id) {
      const it = await find(workspaceId, id);
      if (!(await deleteImport(db, workspaceId, id))) throw await meanwhile(it, 'deleted');
    },
    async *rejected(workspaceId, id) {
      let after = 0;
      for (;;) {
        const rows = await listRejected(db, workspaceId, id, after, PAGE);
        if (rows.length > 0) yield rows;
        if (rows.length < PAGE) return;
        after = rows.at(-1)!.rowNumber;
      }
    },
    run() {
      const turn = createTurn({ ...o, doors, takers });
      let tidied = false;
      const loop = startLoop({
        name: 'imports',
        clock,
        log: o.log,
        turn: async () => {
          if (!tidied) {
            await deleteBrokenUploads(db, new Date(clock.now().getTime() - BROKEN_AFTER_MS));
            await updateSamplesOfDone(db);
          }
          tidied = true;
          return turn();
        },
      });
      o.presence.on('imports', loop.nudge);
      return loop;
    },
  };
}
