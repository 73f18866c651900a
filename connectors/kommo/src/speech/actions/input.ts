import { z } from 'zod';

/** What people write: trimmed, and something. */
export const text = (most: number) => z.string('expected a text').trim().min(1, 'is empty').max(most);

/** A thing of the account by its name or its id. */
export const nameOrId = z.union([text(255), z.int().positive()], 'expected a name or an id').transform(String);

export const noDeal = { skip: 'the person has no deal in Kommo' };
export const noContact = { skip: 'the person has no contact in Kommo' };
