import type { IdKind } from '@tributary/model';
import type { z } from 'zod';
import type { Selection } from '../../people/index.ts';
import type { Called } from './call.ts';
import { idsOf } from './ids.ts';
import type { selectionBody } from './people-schemas.ts';

/** Whom a body means: those it names, or everybody but those (recorded). */
export function selectionOf(request: Called, body: z.infer<typeof selectionBody>, kind: IdKind = 'person'): Selection {
  const except = idsOf(request, body.exclusion_ids ?? [], kind);
  if (body.all_rows_selected) return { allBut: except };
  const not = new Set(except);
  return { ids: idsOf(request, body.inclusion_ids ?? [], kind).filter((id) => !not.has(id)) };
}
