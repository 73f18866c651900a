import { z } from 'zod';

const name = z.string().min(1).max(255).optional();

/** `GET /api/people/{id}/explain`. */
export const explainQuery = z.strictObject({ journey: name, shape: name, message: name });
