import { sendingDefaults } from '@tributary/model';
import { z } from 'zod';

const { cap, whenCapped, hours, timezone } = sendingDefaults.shape;

/** `PATCH /api/settings/sending`: what is not given stays. */
export const sendingBody = z.strictObject({
  cap: cap.optional(),
  when_capped: whenCapped.optional(),
  hours: hours.optional(),
  timezone: timezone.optional(),
});
