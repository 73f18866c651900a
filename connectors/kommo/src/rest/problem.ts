import { z } from 'zod';

/** What is wrong with one item of a request. */
export interface Complaint {
  code: string;
  /** Where in the item: `custom_fields_values.0.field_id`. */
  path: string;
  detail: string;
}

const loose = z.string().catch('');
const complaint = z.object({ code: loose, path: loose, detail: loose });
const problem = z.object({
  detail: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
  'validation-errors': z
    .array(
      z.object({
        request_id: z.union([z.string(), z.number()]).transform(String).optional().catch(undefined),
        errors: z.array(complaint).catch([]),
      }),
    )
    .optional()
    .catch(undefined),
});

/** The words of an error, or undefined where it has none. Takes the parsed body or its text. */
export function detailOf(body: unknown): string | undefined {
  const read = problem.safeParse(typeof body === 'string' ? tryJson(body) : body);
  return read.success ? (read.data.detail ?? read.data.title) : undefined;
}

/**
 * The complaints of a 400, by the `request_id` they are about. Kommo echoes
 * the `request_id` an item came with, or its place in the list when it came
 * with none (Kommo, "Error handling").
 */
export function complaintsOf(body: unknown): Map<string, Complaint[]> {
  const read = problem.safeParse(body);
  const found = new Map<string, Complaint[]>();
  for (const { request_id, errors } of (read.success ? read.data['validation-errors'] : undefined) ?? []) {
    if (request_id !== undefined) found.set(request_id, [...(found.get(request_id) ?? []), ...errors]);
  }
  return found;
}

/** All complaints of a 400, whatever they are about. */
export function allComplaints(body: unknown): Complaint[] {
  return [...complaintsOf(body).values()].flat();
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
