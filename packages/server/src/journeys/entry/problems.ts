import type { EntryOf, JourneyEntry, Problem } from '@tributary/model';
import type { Audiences } from '../../audiences/index.ts';
import type { People } from '../../people/index.ts';
import type { Queryable } from '../../platform/database/pool.ts';
import { keptFilterOf } from './kept.ts';

interface Of {
  people: People;
  audiences: Audiences;
}

/** What is wrong with an entry that is right by itself: it names what this workspace does not have. */
export async function problemsWithEntryHere(
  db: Queryable,
  o: Of,
  workspaceId: number,
  entry: JourneyEntry,
): Promise<Problem[]> {
  switch (entry.kind) {
    case 'filter':
      return o.audiences.kept.problems(db, workspaceId, entry.filter, 'entry.filter');
    case 'date':
      return dateProblems(db, o, workspaceId, entry);
    case 'audience':
      return audienceProblems(db, o, workspaceId, entry.audience);
    case 'schedule':
      return entry.audience === undefined ? [] : audienceProblems(db, o, workspaceId, entry.audience);
    case 'activity': {
      const { activities } = await o.people.schema(db, workspaceId);
      if (activities.has(entry.activity)) return [];
      const problem = `there is no activity ${entry.activity}: create its definition first`;
      return [{ at: 'entry.activity', problem }];
    }
    default:
      return [];
  }
}

async function audienceProblems(db: Queryable, o: Of, workspaceId: number, audience: string): Promise<Problem[]> {
  const missing = await o.audiences.missingById(db, workspaceId, [audience]);
  return missing.map((id) => ({ at: 'entry.audience', problem: `there is no audience "${id}", or it is archived` }));
}

async function dateProblems(db: Queryable, o: Of, workspaceId: number, entry: EntryOf<'date'>): Promise<Problem[]> {
  const at = 'entry.field';
  // Fields that the server keeps, such as when somebody was made, are not in the schema; they are times.
  const type = (await o.people.schema(db, workspaceId)).fields.get(entry.field)?.displayType ?? 'time';
  if (type !== 'date' && type !== 'time') return [{ at, problem: `${entry.field} holds no date and no time` }];
  const problems = await o.audiences.kept.problems(db, workspaceId, keptFilterOf(entry)!, at);
  return problems.length > 0 ? [{ at, problem: `there is no field ${entry.field}` }] : [];
}
