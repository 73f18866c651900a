import { NO_ID, publicId } from '@tributary/model';
import { z } from 'zod';
import type { Place } from '../../people/index.ts';
import { UserError } from '../../platform/errors.ts';
import type { Called } from './call.ts';
import { idsOf } from './ids.ts';
import type { searching } from './person-get.schema.ts';

const LIMIT = 50;
const LIMIT_MAX = 500;

type Kind = 'person' | 'account';
type Body = Pick<
  z.infer<z.ZodObject<typeof searching>>,
  'limit' | 'offset' | 'cursor_id' | 'sort_by_field_id' | 'sort_order'
>;

/**
 * Which page is asked for. On Ortto the cursor names what was found and the offset is the place in it, and PostHog's
 * connector sends both of the last answer; here the cursor is the place already, and the offset only counts on.
 */
export function pageAsked(request: Called, body: Body, kind: Kind) {
  const after = cursorOf(request, body.cursor_id, kind);
  return {
    limit: body.limit && body.limit >= 1 && body.limit <= LIMIT_MAX ? Math.floor(body.limit) : LIMIT,
    offset: after === undefined ? (body.offset ?? 0) : 0,
    after,
    sort: {
      fieldId: body.sort_by_field_id || undefined,
      order: body.sort_order === 'asc' ? ('asc' as const) : ('desc' as const),
    },
  };
}

/** Where a page is and how to go on from it; past the end, zeros, whatever was asked (recorded). */
export function pageTold(
  body: Body,
  page: { rows: readonly unknown[]; more: boolean; end: Place | undefined },
  kind: Kind,
) {
  const { rows, more, end } = page;
  const offset = end ? (body.offset ?? 0) : 0;
  return {
    offset,
    next_offset: offset + rows.length,
    cursor_id: end ? cursorTo(end, kind) : NO_ID,
    has_more: more,
  };
}

/** An id; of a sorted page with a dot and what it ended with behind it, since that value may change before the next is asked for. */
function cursorTo({ id, sorted }: Place, kind: Kind): string {
  const value = sorted && Buffer.from(JSON.stringify([sorted.fieldId, sorted.value])).toString('base64url');
  return [publicId(id, kind), ...(value === undefined ? [] : [value])].join('.');
}

function cursorOf(request: Called, cursor: string | null | undefined, kind: Kind): Place | undefined {
  if (!cursor || cursor === NO_ID) return undefined;
  const [named = '', ended] = cursor.split('.');
  const [id] = idsOf(request, [named], kind);
  if (id !== undefined) return { id, sorted: ended === undefined ? undefined : sortedIn(ended) };
  throw new UserError(
    'bad_request',
    `cursor_id: "${cursor}" is not the id of ${kind === 'person' ? 'a' : 'an'} ${kind}`,
  );
}

function sortedIn(text: string): Place['sorted'] {
  const read = z
    .tuple([z.string(), z.string().nullable()])
    .safeParse(jsonIn(Buffer.from(text, 'base64url').toString()));
  if (read.success) return { fieldId: read.data[0], value: read.data[1] };
  throw new UserError('bad_request', 'cursor_id: not one of an answer; begin again without it');
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
