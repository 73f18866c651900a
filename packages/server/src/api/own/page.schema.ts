import { z } from 'zod';

/** Which part of a list is asked for. */
export const page = {
  limit: z.coerce.number().int().min(1).max(100).default(50),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
};
