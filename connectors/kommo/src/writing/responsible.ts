import type { WriteOutcome } from '@tributary/connector-kit';
import { bodyOf } from '../speech/writes.ts';
import { latestOf, once, type Part, type Placed, type Plan } from './change.ts';
import { handoversSince } from './happened.ts';
import { done, failed } from './outcomes.ts';
import type { Addressed, Writer } from './writer.ts';

interface Wanted {
  userId: number;
  named: string;
}

/** Whom deals are given to. One that may have been given already is looked for in Kommo's events, as moves are. */
export async function planResponsible(writer: Writer, writes: readonly Addressed[]): Promise<Plan> {
  if (writes.length === 0) return { settled: [], changes: [] };
  const asked = writes.map(({ write, entity }) => ({ write, entity, ...bodyOf('responsible', write) }));
  const found = await writer.users.find(asked.map(({ user }) => user));
  const settled: WriteOutcome[] = [];
  const placed: Placed<Wanted>[] = [];
  for (const [i, { write, entity, user: named, at }] of asked.entries()) {
    const user = found[i]!;
    if ('why' in user) settled.push(...failed([write], user.why));
    else
      placed.push({
        ...{ write, entity, about: 'responsible', at: Date.parse(at) },
        wanted: { userId: user.userId, named },
      });
  }
  const { settled: overtaken, latest } = latestOf(placed, writer.times);
  const given = await handoversSince(
    writer.api,
    latest.filter((one) => one.writes.some((write) => write.uncertain)),
  );
  const forget = once(writer.users.forget);
  const changes = latest
    .filter((one) => !given.has(one))
    .map(({ wanted: { userId, named }, ...rest }) => ({
      ...{ ...rest, part: partOf(userId) },
      async again() {
        forget();
        const [user] = await writer.users.find([named]);
        return 'why' in user! ? user : partOf(user!.userId);
      },
    }));
  const there = [...given].flatMap(({ writes: all, entity }) => done(all, entity.id));
  return { settled: [...settled, ...overtaken, ...there], changes };
}

function partOf(userId: number): Part {
  return { own: { responsible_user_id: userId } };
}
