import { publicId } from '@tributary/model';
import type { Person } from '../../people/index.ts';

/** First and last name; empty where there is neither. */
export const fullName = ({ fields }: Person): string =>
  [fields['str::first'], fields['str::last']].filter(Boolean).join(' ').trim();

/** What a person is called: by name, else by address, else by id. */
export const nameOf = (person: Person): string =>
  fullName(person) || String(person.fields['str::email'] ?? publicId(person.id));
