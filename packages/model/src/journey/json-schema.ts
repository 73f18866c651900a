import { z } from 'zod';
import { operatorNames } from '../filter/operators/index.ts';
import { playbook } from '../playbook.ts';
import { journeyDefinition } from './journey.ts';

type Json = Readonly<Record<string, unknown>>;

const FILTER = { $ref: '#/$defs/filter' };

/** A filter as JSON Schema, itself under `$ref`: one operator per object. What stands under it, is checked elsewhere. */
export function filterSchema($ref: string): Json {
  return {
    type: 'object',
    description:
      'One operator, such as {"$str::is": {"field_id": "str:cm:segment", "value": "SaaS"}}; empty: everybody',
    maxProperties: 1,
    properties: {
      $and: { type: 'array', items: { $ref } },
      $or: { type: 'array', items: { $ref } },
      ...Object.fromEntries(operatorNames.map((name) => [name, { type: 'object' }])),
    },
    additionalProperties: false,
  };
}

/** The text form of a journey as JSON Schema, made from the schemas that check it: for editors, and for `/schemas/journey.json`. */
export function playbookJsonSchema(id?: string): Json {
  const { $schema, $defs, ...whole } = schemaOf(playbook.extend({ journey: journeyDefinition }));
  return {
    $schema,
    ...(id === undefined ? {} : { $id: id }),
    title: 'A journey of Tributary, with its templates',
    ...whole,
    $defs: { ...($defs as Json), filter: filterSchema(FILTER.$ref) },
  };
}

function schemaOf(schema: z.ZodType): Json {
  const made = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      // All that is custom in a journey are filters.
      if (zodSchema._zod.def.type === 'custom') Object.assign(jsonSchema, FILTER);
      if (jsonSchema.format === 'starts_with') delete jsonSchema.format;
    },
  });
  return JSON.parse(JSON.stringify(made), (_key, value: unknown) => withoutKind(value)) as Json;
}

/** An entry without a kind is one by an activity. */
function withoutKind(value: unknown): unknown {
  const { properties, required } = (typeof value === 'object' && value !== null ? value : {}) as {
    properties?: { kind?: { const?: string }; activity?: unknown };
    required?: string[];
  };
  if (properties?.kind?.const !== 'activity' || !properties.activity || !required) return value;
  return { ...(value as object), required: required.filter((name) => name !== 'kind') };
}
