import { action } from '@tributary/connector-kit';
import { isLargerThan } from '@tributary/model';
import { z } from 'zod';
import { ACTIVITY_MAX_BYTES, ATTRIBUTES_MAX } from '../limits.ts';
import { problemWithAttribute } from '../values.ts';
import { writeOf } from '../writes.ts';
import { inputs, keysOf, mergeBy, valuesOf } from './input.ts';

const activityId = z
  .string('expected the id of an activity, such as act:cm:demo-booked')
  .trim()
  .regex(/^act:[a-z]{0,4}:[^\s:]+$/, 'expected the id of an activity, such as act:cm:demo-booked')
  .refine((id) => !id.startsWith('act:oc:'), 'is an activity of accounts, and not of people');

const named = { activity: activityId, mergeBy: mergeBy.optional() };

/** Records over there that the person did something, at the moment the journey came to the step. */
export const activity = action({
  name: 'Record an activity',
  input: inputs(named, problemWithAttribute),
  write(asked, of) {
    const attributes = valuesOf(asked, named);
    const count = Object.keys(attributes).length;
    if (count > ATTRIBUTES_MAX) return { skip: `${count} attributes: an activity takes ${ATTRIBUTES_MAX}` };
    if (isLargerThan(ACTIVITY_MAX_BYTES, attributes))
      return { skip: `the attributes are larger than ${ACTIVITY_MAX_BYTES} bytes` };
    const keys = keysOf(asked.mergeBy, of.person.fields);
    if ('skip' in keys) return keys;
    return writeOf(of.person.id, {
      kind: 'activity',
      body: { ...keys, activity: asked.activity, attributes, at: of.requestedAt.toISOString() },
    });
  },
});
