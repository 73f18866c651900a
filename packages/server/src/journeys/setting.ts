import { isScaled, type JourneyDefinition, type Problem, type Value } from '@tributary/model';
import { keptValue, type Schema } from '../people/index.ts';
import { valueFrom } from './trial/values.ts';

const TEXTS = new Set(['str', 'txt', 'idt']);

/** A text that an update sets, as a value of its field. What can not be read as one stays a text, and is refused. */
export function readAs(fieldId: string, text: string, displayType: string | undefined): Value {
  const type = fieldId.slice(0, fieldId.indexOf(':'));
  if (TEXTS.has(type)) return text;
  const bare = text.trim();
  if (type === 'phn' && !bare.startsWith('{')) return { phone: bare, parse_with_country_code: bare.startsWith('+') };
  const value = valueFrom(fieldId, bare);
  // A text has them as people write them.
  return typeof value === 'number' && isScaled(displayType) ? Math.round(value * 1000) : value;
}

/** Values of update steps that no person can get; what Liquid makes of a text is known when it is rendered. */
export function problemsWithUpdates(schema: Schema, { shapes }: JourneyDefinition): Problem[] {
  return Object.entries(shapes).flatMap(([id, shape]) => {
    if (shape.kind !== 'update') return [];
    return Object.entries(shape.set).flatMap(([fieldId, given]) => {
      const field = schema.fields.get(fieldId);
      if (!field || (typeof given === 'string' && given.includes('{'))) return [];
      const value = typeof given === 'string' ? readAs(fieldId, given, field.displayType) : (given as Value);
      const kept = keptValue(fieldId, value, schema);
      return 'problem' in kept ? [{ at: `shapes.${id}.set.${fieldId}`, problem: kept.problem }] : [];
    });
  });
}
