import { objectNumber } from '@tributary/model';
import type { Queryable } from '../platform/database/pool.ts';
import { publicAudienceId } from './definition.ts';
import { findTopics, listStandings } from './store/standing.sql.ts';

/** A person and an audience, by its id outside or its name. */
export interface AskedStanding {
  personId: string;
  audience: string;
}

/**
 * What a person is to an audience: somebody who belongs and has not said no to its mail, or to its SMS; whether they
 * have the general permission is not asked. Without an audience, `is` says why there is none.
 */
export type Standing =
  | { is: 'member'; name: string; saidNoToMail: boolean; saidNoToSms: boolean }
  | { is: 'stranger'; name: string }
  | { is: 'archived' | 'unknown' };

/** In the order asked, with two statements however many are asked about. The people's ids are to be their current ones. */
export async function standings(
  db: Queryable,
  workspaceId: number,
  asked: readonly AskedStanding[],
): Promise<Standing[]> {
  if (asked.length === 0) return [];
  const topics = await topicsOf(db, workspaceId, [...new Set(asked.map(({ audience }) => audience))]);
  const pairs = asked.flatMap(({ personId, audience }) => {
    const topic = topics.get(audience);
    return topic === undefined || topic.archived ? [] : [{ personId, audienceId: topic.id }];
  });
  const members = await listStandings(db, workspaceId, pairs);
  return asked.map(({ personId, audience }): Standing => {
    const topic = topics.get(audience);
    if (!topic) return { is: 'unknown' };
    if (topic.archived) return { is: 'archived' };
    const member = members.get(`${topic.id}/${personId}`);
    if (!member) return { is: 'stranger', name: topic.name };
    const { subscribed, smsOptedIn } = member;
    return { is: 'member', name: topic.name, saidNoToMail: subscribed === false, saidNoToSms: smsOptedIn === false };
  });
}

/** Those of these audiences, by id or name, that are not there, or archived. */
export async function missingAudiences(
  db: Queryable,
  workspaceId: number,
  audiences: readonly string[],
): Promise<string[]> {
  const topics = await topicsOf(db, workspaceId, audiences);
  return audiences.filter((audience) => topics.get(audience)?.archived !== false);
}

interface Topic {
  id: number;
  name: string;
  archived: boolean;
}

/** The number of the audience of this id or name, if it is there and in use. */
export async function topicNumber(db: Queryable, workspaceId: number, audience: string): Promise<number | undefined> {
  const topic = (await topicsOf(db, workspaceId, [audience])).get(audience);
  return topic?.archived === false ? topic.id : undefined;
}

/** An id outdoes a name; of several with the same name it is the oldest in use. */
async function topicsOf(db: Queryable, workspaceId: number, asked: readonly string[]): Promise<Map<string, Topic>> {
  if (asked.length === 0) return new Map();
  const rows = await findTopics(
    db,
    workspaceId,
    asked.flatMap((audience) => objectNumber(audience) ?? []),
    asked,
  );
  const topics = new Map<string, Topic>();
  for (const row of rows) {
    const topic = { id: row.id, name: row.name, archived: row.archivedAt !== null };
    if (!topics.has(row.name)) topics.set(row.name, topic);
  }
  for (const row of rows)
    topics.set(publicAudienceId(row), { id: row.id, name: row.name, archived: row.archivedAt !== null });
  return topics;
}
