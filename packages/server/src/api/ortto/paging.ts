import { NO_ID, publicId } from '@tributary/model';
import type { z } from 'zod';
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
export function pageTold(body: Body, rows: readonly { id: string }[], more: boolean, kind: Kind) {
  const last = rows.at(-1);
  const offset = last ? (body.offset ?? 0) : 0;
  return {
    offset,
    next_offset: offset + rows.length,
    cursor_id: last ? publicId(last.id, kind) : NO_ID,
    has_more: more,
  };
}

function cursorOf(request: Called, cursor: string | null | undefined, kind: Kind): string | undefined {
  if (!cursor || cursor === NO_ID) return undefined;
  const [id] = idsOf(request, [cursor], kind);
  if (id !== undefined) return id;
  throw new UserError(
    'bad_request',
    `cursor_id: "${cursor}" is not the id of ${kind === 'person' ? 'a' : 'an'} ${kind}`,
  );
}
