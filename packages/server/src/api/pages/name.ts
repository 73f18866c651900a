import { publicId } from '@tributary/model';
import type { Person } from '../../people/index.ts';

/** First and last name; empty where there is neither. */
export const fullName = ({ fields }: Pick<Person, 'fields'>): string =>
  [fields['str::first'], fields['str::last']].filter(Boolean).join(' ').trim();

/** What a person is called: by name, else by address, else by id. */
export const nameOf = (person: Pick<Person, 'id' | 'fields'>): string =>
  fullName(person) || String(person.fields['str::email'] ?? publicId(person.id));
