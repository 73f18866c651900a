import { z } from 'zod';

export type Json = Readonly<Record<string, unknown>>;

/** A zod schema as JSON Schema. What has a `component` in its meta is told of once, under that name; what refers to itself in it is JSON: any value, said shortly. */
export function schemaOf(body: z.ZodType): Json {
  const { $schema: _, $defs: __, ...schema } = z.toJSONSchema(body, { io: 'input' });
  return JSON.parse(JSON.stringify(schema), (_key, value: Json | null) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { component, description } = value;
    if (typeof component === 'string')
      return { $ref: `#/components/schemas/${component}`, ...(description ? { description } : {}) };
    // Any JSON.
    if ('$ref' in value) return value.description ? { description: value.description } : {};
    return plain(value);
  }) as Json;
}

/** The same said shorter, as people would: a page shows each alternative as a thing of its own. */
function plain({ pattern, maximum, minimum, propertyNames: _, ...rest }: Json): Json {
  const bounds = {
    // What a number can hold says nothing.
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
    // The format says it; the pattern is a page of leap years.
    ...(pattern === undefined || 'format' in rest ? {} : { pattern }),
  };
  const { anyOf, ...others } = rest;
  if (!Array.isArray(anyOf)) return { ...rest, ...bounds };
  const parts = anyOf as Json[];
  if (parts.every((part) => 'const' in part)) {
    return { ...others, type: parts[0]!.type, enum: parts.map((part) => part.const) };
  }
  const [one, none] = parts;
  if (parts.length !== 2 || none!.type !== 'null' || typeof one!.type !== 'string') return { ...rest, ...bounds };
  const choices = Array.isArray(one!.enum) ? { enum: [...(one!.enum as unknown[]), null] } : {};
  return { ...one, ...others, ...choices, type: [one!.type, 'null'] };
}

/** In a query everything is text: a list is separated by commas, a filter is JSON. */
export function queryOf(query: z.ZodType): Json[] {
  const { properties } = schemaOf(query);
  return Object.entries(properties as Readonly<Record<string, Json>>).map(([name, { description, ...property }]) => ({
    name,
    in: 'query',
    required: false,
    ...(description ? { description } : {}),
    schema: 'enum' in property || property.type === 'integer' ? property : { type: 'string' },
  }));
}
