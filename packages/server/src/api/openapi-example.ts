import type { Json } from './openapi-schema.ts';

interface Shape extends Json {
  type?: string | readonly string[];
  properties?: Readonly<Record<string, Shape>>;
  required?: readonly string[];
  items?: Shape;
  additionalProperties?: Shape;
}

/** A part of an example that can be otherwise: what is shown, and what is told of all there can be. */
export class Mark {
  readonly shown: unknown;
  readonly schema: Shape;
  readonly presence: 'always' | 'sometimes' | 'elsewhere';

  constructor(shown: unknown, schema: Shape, presence: Mark['presence'] = 'always') {
    this.shown = shown;
    this.schema = schema;
    this.presence = presence;
  }
}

/** The first is shown; it can as well be as one of the others. */
export const either = (...choices: readonly [unknown, unknown, ...unknown[]]): Mark =>
  new Mark(choices[0], unionOf(choices.map(shapeOf)));

/** Of an object: what is only there where it applies. */
export const sometimes = (value: unknown): Mark => new Mark(value, shapeOf(value), 'sometimes');

/** Of an object: what is there in other cases than the one that is shown. */
export const elsewhere = (value: unknown): Mark => new Mark(value, shapeOf(value), 'elsewhere');

/** An object whose names are ids, which are the data's to say; what stands under each is alike. */
export const byId = (shown: Json): Mark =>
  new Mark(shown, { type: 'object', additionalProperties: unionOf(Object.values(shown).map(shapeOf)) });

/** Values by the ids of fields or attributes, each of the type of its field; or another object with any names. */
export const values = (shown: Json): Mark => new Mark(shown, { type: 'object', additionalProperties: {} });

/** It can be any JSON. */
export const anything = (shown: unknown): Mark => new Mark(shown, {});

export const filterOf = (shown: Json): Mark => new Mark(shown, { $ref: '#/components/schemas/Filter' });

/** What an answer looks like, by an example of it: whatever stands in it is always there, unless a mark says otherwise. */
export function shapeOf(example: unknown): Shape {
  if (example instanceof Mark) return example.schema;
  if (example === null) return { type: 'null' };
  if (Array.isArray(example))
    return { type: 'array', ...(example.length > 0 ? { items: unionOf(example.map(shapeOf)) } : {}) };
  if (typeof example === 'number') return { type: Number.isInteger(example) ? 'integer' : 'number' };
  if (typeof example !== 'object') return { type: typeof example };
  const entries = Object.entries(example);
  const required = entries.flatMap(([name, value]) =>
    value instanceof Mark && value.presence !== 'always' ? [] : [name],
  );
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, value]) => [name, shapeOf(value)])),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** The example as it is shown. */
export function shownOf(example: unknown): unknown {
  if (example instanceof Mark) return shownOf(example.shown);
  if (Array.isArray(example)) return example.map(shownOf);
  if (typeof example !== 'object' || example === null) return example;
  const shown = Object.entries(example).filter(
    ([, value]) => !(value instanceof Mark && value.presence === 'elsewhere'),
  );
  return Object.fromEntries(shown.map(([name, value]) => [name, shownOf(value)]));
}

/** What fits any of them, as one schema: a page shows each alternative as a thing of its own. */
function unionOf(all: readonly Shape[]): Shape {
  return all.length === 0 ? {} : all.reduce(union);
}

function union(a: Shape, b: Shape): Shape {
  if ('$ref' in a || '$ref' in b) return { anyOf: [a, b] };
  if (!a.type || !b.type) return {};
  const types = [...new Set([a.type, b.type].flat())];
  const properties = [a, b].flatMap(({ properties = {} }) => Object.entries(properties));
  const required = [...new Set([a, b].flatMap((one) => one.required ?? []))].filter((name) =>
    [a, b].every((one) => one.required?.includes(name) || ![one.type].flat().includes('object')),
  );
  const items = [a, b].flatMap<Shape>((one) => one.items ?? []);
  const others = [a, b].flatMap<Shape>((one) => one.additionalProperties ?? []);
  return {
    type: types.length > 1 ? types : types[0]!,
    ...(properties.length > 0 ? { properties: merged(properties) } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(items.length > 0 ? { items: unionOf(items) } : {}),
    ...(others.length > 0 ? { additionalProperties: unionOf(others) } : {}),
  };
}

function merged(properties: readonly (readonly [string, Shape])[]): Readonly<Record<string, Shape>> {
  const all: Record<string, Shape> = {};
  for (const [name, shape] of properties) all[name] = all[name] ? union(all[name], shape) : shape;
  return all;
}
