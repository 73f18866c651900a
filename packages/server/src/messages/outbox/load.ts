import type { Audiences, Standing } from '../../audiences/index.ts';
import type { People, Person } from '../../people/index.ts';
import { type Db, type Queryable, reading } from '../../platform/database/pool.ts';
import type { ContentCache, Made } from '../made.ts';
import type { ClaimedMessage } from '../store/outbox.sql.ts';
import type { TemplateCache } from '../templates.ts';
import type { Secrets } from '../tracking/secrets.ts';
import type { DisplayTypes, Objection, Objections } from '../types.ts';
import type { Loaded } from './prepare.ts';

/** Brings what is needed to judge and make these messages, in a few look-ups for all of them. */
export type Loader = (messages: readonly ClaimedMessage[]) => Promise<Loaded[]>;

export interface LoaderOptions {
  db: Db;
  people: People;
  audiences: Pick<Audiences, 'standings'>;
  templates: TemplateCache;
  contents: ContentCache;
  secrets: Secrets;
  displayTypes: (workspaceId: number) => Promise<DisplayTypes>;
  objections: () => Objections | undefined;
}

export function createLoader(o: LoaderOptions): Loader {
  const load = async (db: Queryable, messages: readonly ClaimedMessage[]): Promise<Loaded[]> => {
    const made = await madeOf(o, db, messages);
    const loaded = new Map<string, Loaded>();
    for (const workspaceId of new Set(messages.map((m) => m.workspaceId))) {
      const own = messages.filter((m) => m.workspaceId === workspaceId);
      const [people, objections] = await Promise.all([
        o.people.find(db, workspaceId, [...new Set(own.map((m) => m.personId))]),
        objectionsTo(o, db, own),
      ]);
      const [suppressed, standings] = await Promise.all([
        suppressedAmong(o, db, workspaceId, own, people),
        standingsOf(o, db, workspaceId, own, people),
      ]);
      const secret = await o.secrets.get(workspaceId);
      if (!secret) throw new Error(`there is no workspace ${workspaceId}`);
      const types = await o.displayTypes(workspaceId);
      for (const message of own) {
        const person = people.get(message.personId);
        const reason = suppressed.get(String(person?.fields['str::email'] ?? ''));
        const standing = standings.get(message);
        const objection = objections.get(message);
        const judged = { message, person, suppressed: reason, standing, objection };
        loaded.set(message.id, { ...judged, made: made(message), secret, types });
      }
    }
    return messages.map((message) => loaded.get(message.id)!);
  };
  return async (messages) => (messages.length === 0 ? [] : reading(o.db, (db) => load(db, messages)));
}

/** What each of these messages is made from. */
async function madeOf(
  o: LoaderOptions,
  db: Queryable,
  messages: readonly ClaimedMessage[],
): Promise<(message: ClaimedMessage) => Made> {
  const wanted = messages.flatMap(({ templateId: id, templateEditedAt: editedAt }) =>
    id === null || editedAt === null ? [] : [{ id, editedAt }],
  );
  const templates = await o.templates.get(db, wanted);
  const ids = messages.flatMap(({ contentId }) => contentId ?? []);
  const contents = ids.length === 0 ? new Map<number, Made>() : await o.contents.get(db, ids);
  return ({ channel, templateId, contentId, reason }) => {
    if (channel !== 'email') return contents.get(contentId ?? 0) ?? gone(channel);
    const template = templates.get(templateId ?? 0);
    if (template) return { channel, ...template };
    return { channel, name: '', email: { gone: (templateId === null && reason) || 'the template is gone' } };
  };
}

/** A content is kept as long as there are messages of it. */
function gone(channel: string): never {
  throw new Error(`what a message of ${channel} says is gone`);
}

async function suppressedAmong(
  o: LoaderOptions,
  db: Queryable,
  workspaceId: number,
  messages: readonly ClaimedMessage[],
  people: ReadonlyMap<string, Person>,
): Promise<Map<string, string>> {
  const addresses = messages.flatMap(({ channel, personId }) => {
    const email = channel === 'email' ? people.get(personId)?.fields['str::email'] : undefined;
    return typeof email === 'string' ? [email] : [];
  });
  return addresses.length === 0 ? new Map() : o.people.suppression.reasons(db, workspaceId, addresses);
}

/** What journeys have against the messages that their runs asked for. */
async function objectionsTo(
  o: LoaderOptions,
  db: Queryable,
  messages: readonly ClaimedMessage[],
): Promise<Map<ClaimedMessage, Objection | undefined>> {
  const ask = o.objections();
  const asked = messages.flatMap((message) => {
    const { runId, shapeId } = message;
    return runId === null || shapeId === null ? [] : [{ message, runId, shapeId }];
  });
  if (!ask || asked.length === 0) return new Map();
  const said = await ask(db, asked);
  return new Map(asked.map(({ message }, i) => [message, said[i]]));
}

/** What people are to the topics of their messages. */
async function standingsOf(
  o: LoaderOptions,
  db: Queryable,
  workspaceId: number,
  messages: readonly ClaimedMessage[],
  people: ReadonlyMap<string, Person>,
): Promise<Map<ClaimedMessage, Standing>> {
  const asked = messages.flatMap((message) => {
    const person = people.get(message.personId);
    const { topic, transactional } = message.rules;
    const asks = message.channel === 'email' && topic !== undefined && !transactional;
    return person && asks ? [{ message, personId: person.id, audience: topic }] : [];
  });
  const standings = await o.audiences.standings(db, workspaceId, asked);
  return new Map(asked.map(({ message }, i) => [message, standings[i]!]));
}
