import type { People, Person } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import type { ClaimedMessage } from '../store/outbox.sql.ts';
import type { TemplateCache } from '../templates.ts';
import type { Secrets } from '../tracking/secrets.ts';
import type { DisplayTypes } from '../types.ts';
import type { Loaded } from './prepare.ts';

/** Brings what is needed to make mails of these messages, in a few look-ups for all of them. */
export type Loader = (messages: readonly ClaimedMessage[]) => Promise<Loaded[]>;

export function createLoader(o: {
  db: Db;
  people: People;
  templates: TemplateCache;
  secrets: Secrets;
  displayTypes: (workspaceId: number) => Promise<DisplayTypes>;
}): Loader {
  return async (messages) => {
    if (messages.length === 0) return [];
    const templates = await o.templates.get(
      o.db,
      messages.map((m) => ({ id: m.templateId, editedAt: m.templateEditedAt })),
    );
    const loaded = new Map<string, Loaded>();
    for (const workspaceId of new Set(messages.map((m) => m.workspaceId))) {
      const own = messages.filter((m) => m.workspaceId === workspaceId);
      const people = await o.people.find(o.db, workspaceId, [...new Set(own.map((m) => m.personId))]);
      const suppressed = await suppressedAmong(o, workspaceId, [...people.values()]);
      const secret = await o.secrets.get(workspaceId);
      if (!secret) throw new Error(`there is no workspace ${workspaceId}`);
      const types = await o.displayTypes(workspaceId);
      for (const message of own) {
        const template = templates.get(message.templateId) ?? { name: '', email: { broken: 'the template is gone' } };
        const person = people.get(message.personId);
        const reason = suppressed.get(String(person?.fields['str::email'] ?? ''));
        loaded.set(message.id, { message, template, person, suppressed: reason, secret, types });
      }
    }
    return messages.map((message) => loaded.get(message.id)!);
  };
}

async function suppressedAmong(
  o: { db: Db; people: People },
  workspaceId: number,
  people: readonly Person[],
): Promise<Map<string, string>> {
  const addresses = people.flatMap(({ fields: { 'str::email': email } }) => (typeof email === 'string' ? [email] : []));
  return o.people.suppression.reasons(o.db, workspaceId, addresses);
}
