import { z } from 'zod';

/** `PUT /v1/person/archive|restore`, `DELETE /v1/person/delete` (recorded). */
export const selectionBody = z.object({
  inclusion_ids: z.array(z.string()).nullish(),
  exclusion_ids: z.array(z.string()).nullish(),
  all_rows_selected: z.boolean().nullish(),
});
