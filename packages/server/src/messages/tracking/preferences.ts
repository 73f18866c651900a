import type { Fields } from '@tributary/model';
import type { Audiences, Topic } from '../../audiences/index.ts';
import type { People } from '../../people/index.ts';
import type { Db, Queryable } from '../../platform/database/pool.ts';
import { about } from '../about.ts';
import { renderFromName } from '../render/email.ts';
import { findTracked, type TrackedMessage, type TrackedWhole } from '../store/tracking.sql.ts';
import type { DisplayTypes } from '../types.ts';
import type { Claim } from './token.ts';

/**
 * Whoever a link to unsubscribe was sent to. `gone`: they get no mail in any case; `unknown`: there is no such message.
 * `sender` is how the mail's template names who it is from, where it does.
 */
export type Found =
  | { is: 'unknown' }
  | { is: 'gone'; sender: string | undefined }
  | {
      is: 'reader';
      sender: string | undefined;
      personId: string;
      message: TrackedMessage;
      topics: readonly Topic[];
    };

/** What somebody changes of a topic. */
export interface Wish {
  topic: Topic;
  subscribed: boolean;
}

export interface Preferences {
  find(claim: Claim): Promise<Found>;
  save(of: Found & { is: 'reader' }, wishes: readonly Wish[]): Promise<void>;
}

const CONTEXT = 'Unsubscribe page';

export function createPreferences(o: {
  db: Db;
  people: People;
  audiences: Pick<Audiences, 'topics' | 'choose'>;
  displayTypes: (queryable: Queryable, workspaceId: number) => Promise<DisplayTypes>;
}): Preferences {
  const senderOf = async (workspaceId: number, found: TrackedWhole, fields: Fields): Promise<string | undefined> => {
    if (found.fromName === null) return undefined;
    const subject = { person: { fields }, entryActivityId: found.entryActivityId ?? undefined, entry: found.entry };
    const types = await o.displayTypes(o.db, workspaceId);
    try {
      return renderFromName(found.fromName, subject, types);
    } catch {
      // The template has changed since; how all mail names its sender is true as well.
      return undefined;
    }
  };

  return {
    async find({ workspaceId, messageId }) {
      const found = await findTracked(o.db, workspaceId, messageId);
      if (!found) return { is: 'unknown' };
      const { topic, ...message } = found;
      const person = (await o.people.find(o.db, workspaceId, [message.personId])).get(message.personId);
      const sender = await senderOf(workspaceId, found, person?.fields ?? {});
      if (!person || person.fields['bol::p'] === false) return { is: 'gone', sender };
      // Whoever is archived gets nothing about any of them.
      const topics = person.archivedAt
        ? []
        : await o.audiences.topics(o.db, workspaceId, person.id, topic ?? undefined);
      return { is: 'reader', sender, personId: person.id, message, topics };
    },
    async save({ personId, message }, wishes) {
      if (wishes.length === 0) return;
      const told = wishes.map(({ topic, subscribed }) => {
        const attributes = { ...about(message), [subscribed ? 'str::s-ctx' : 'str::u-ctx']: CONTEXT };
        return { audienceId: topic.audienceId, subscribed, by: { source: 'Email', attributes } };
      });
      await o.audiences.choose(message.workspaceId, personId, told);
    },
  };
}

/**
 * What a form from the page changes: `leave` is a topic that is left, `of` are those that it shows, `keep` those of them
 * that stay. Only of topics that the reader may choose of.
 */
export function wishesIn(form: URLSearchParams, topics: readonly Topic[]): Wish[] {
  const [leave, of, keep] = ['leave', 'of', 'keep'].map((name) => new Set(form.getAll(name)));
  return topics.flatMap((topic) => {
    const { audienceId: id, gets } = topic;
    const subscribed = leave!.has(id) ? false : of!.has(id) ? keep!.has(id) : gets;
    return subscribed === gets ? [] : [{ topic, subscribed }];
  });
}
