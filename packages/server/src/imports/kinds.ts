import type { EntityKind } from '@tributary/model';

/** What a file's rows are, one that is imported or one that is exported. */
export type FileKind = 'people' | 'accounts' | 'activities' | 'account-activities';

/** Whom the rows of each kind are about, and whether they tell of something that happened. */
export const kinds: Readonly<Record<FileKind, { of: EntityKind; happened: boolean }>> = {
  people: { of: 'person', happened: false },
  accounts: { of: 'account', happened: false },
  activities: { of: 'person', happened: true },
  'account-activities': { of: 'account', happened: true },
};

export function isFileKind(text: string | undefined): text is FileKind {
  return text !== undefined && Object.hasOwn(kinds, text);
}
