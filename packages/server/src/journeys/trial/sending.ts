import type { JourneyDefinition, SendingDefaults } from '@tributary/model';
import type { Audiences, Standing } from '../../audiences/index.ts';
import type { Messages } from '../../messages/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { rulesOf } from '../sending-rules.ts';
import { AS_ASSUMED, AT_THE_BEGINNING, isCalled } from './answers.ts';
import { NOBODY, type Somebody } from './person.ts';
import type { SceneSending, TopicStanding } from './scene.ts';

const HOUR_MS = 3_600_000;

/** The audiences that e-mails of a journey name as their topic, where that is asked about. */
export function topicsIn(definition: JourneyDefinition): string[] {
  const topics = Object.values(definition.shapes).flatMap((shape) => {
    if (shape.kind !== 'email' && shape.kind !== 'ab') return [];
    const { topic, transactional } = rulesOf(definition, shape.sending);
    return topic === undefined || transactional ? [] : [topic];
  });
  return [...new Set(topics)];
}

/** Reads what the rules look at, once, for a simulation from `start` on; and what had to be supposed. */
export async function loadSending(
  o: { db: Db; audiences: Pick<Audiences, 'standings'>; messages: Messages },
  workspaceId: number,
  of: {
    definition: JourneyDefinition;
    somebody: Somebody;
    assume: Readonly<Record<string, boolean>>;
    start: Date;
  },
): Promise<{ sending: SceneSending; notes: string[] }> {
  const { definition, somebody, start } = of;
  const defaults = await o.messages.defaults(o.db, workspaceId);
  const named = topicsIn(definition);
  const personId = somebody.id ?? NOBODY;
  const found = await o.audiences.standings(
    o.db,
    workspaceId,
    named.map((audience) => ({ personId, audience })),
  );
  const topics = new Map(named.map((topic, i) => [topic, topicFor(of, topic, found[i]!)] as const));
  const since = new Date(start.getTime() - longestCap(definition, defaults) * HOUR_MS);
  const counted = somebody.id === undefined ? [] : await o.messages.counted(o.db, somebody.id, since);
  const supposed = [...topics.values()].flatMap(({ standing, source }) =>
    source === SUPPOSED && 'name' in standing ? [standing.name] : [],
  );
  return {
    sending: {
      ...{ defaults, topics },
      ...{ archivedAt: somebody.archivedAt, suppressed: somebody.suppressed },
      // What really left after a beginning that lies in the past would have come later than what is played.
      counted: counted.filter(({ countedAt }) => countedAt < start),
    },
    notes: supposed.map(
      (name) => `somebody made up is taken to belong to “${name}” and to want its mail, unless "assume" says otherwise`,
    ),
  };
}

/** The hours of the longest cap that could count anything. */
function longestCap(definition: JourneyDefinition, defaults: SendingDefaults): number {
  const own = Object.values(definition.shapes).flatMap((shape) => ('sending' in shape ? [shape.sending] : []));
  const caps = [defaults.cap, definition.sending?.cap, ...own.map((rules) => rules?.cap)];
  return Math.max(0, ...caps.flatMap((cap) => (cap === undefined || cap === 'none' ? [] : [cap.hours])));
}

const SUPPOSED = 'as nothing is known of it';

function topicFor(
  { somebody, assume }: { somebody: Somebody; assume: Readonly<Record<string, boolean>> },
  topic: string,
  found: Standing,
): TopicStanding {
  // Without such an audience, nothing can be assumed of it.
  if (!('name' in found)) return { standing: found, source: AT_THE_BEGINNING };
  const { name } = found;
  const member: Standing = { is: 'member', name, saidNoToMail: false, saidNoToSms: false };
  const [, assumed] = Object.entries(assume).find(([what]) => isCalled(what, [topic, name])) ?? [];
  if (assumed !== undefined) return { standing: assumed ? member : { is: 'stranger', name }, source: AS_ASSUMED };
  return somebody.id === undefined
    ? { standing: member, source: SUPPOSED }
    : { standing: found, source: AT_THE_BEGINNING };
}
