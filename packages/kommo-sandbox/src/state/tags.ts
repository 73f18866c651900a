import type { Account } from './account.ts';
import type { Owner, Tag } from './model.ts';

/** A tag by its name: the one there is, or a new one (Kommo, "Tags"). */
export function tagByName(account: Account, owner: Owner, name: string): Tag {
  const existing = account.tags[owner].find((tag) => tag.name === name);
  if (existing) return existing;
  const tag = { id: account.nextId('tag'), name };
  account.tags[owner].push(tag);
  return tag;
}
