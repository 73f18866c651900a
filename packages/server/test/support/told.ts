import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openapi } from '../../src/api/index.ts';

export interface Operation {
  requestBody?: { content: Record<string, object> };
  responses: Record<string, Answer>;
}

interface Answer {
  $ref?: string;
  content?: Record<string, object>;
}

/** What `/openapi.json` tells. Clients may be answered more than that; here, answers have no names but those that are told. */
export const told = JSON.parse(JSON.stringify(openapi()), (key, value: unknown) =>
  key === 'responses' || key === 'schemas' ? closed(value) : value,
) as {
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, Answer> };
};

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(told, 'openapi');
const validators = new Map<string, ValidateFunction>();

/** Why something does not fit the schema at a place in the description; undefined where it does. */
export function misfit(place: readonly (string | number)[], value: unknown): string | undefined {
  const steps = place.map((step) => encodeURIComponent(String(step).replaceAll('/', '~1')));
  const at = `openapi#/${steps.join('/')}`;
  let validate = validators.get(at);
  if (!validate) {
    validate = ajv.compile({ $ref: at });
    validators.set(at, validate);
  }
  return validate(value) ? undefined : ajv.errorsText(validate.errors);
}

/** Where an answer is told of, which may be with those of all calls. */
export function placeOf(path: string, method: string, status: string | number): readonly string[] {
  const { $ref } = told.paths[path]![method]!.responses[status]!;
  return $ref ? $ref.split('/').slice(1) : ['paths', path, method, 'responses', String(status)];
}

function closed(schemas: unknown): unknown {
  return JSON.parse(JSON.stringify(schemas), (_key, value: unknown) => {
    const isShape = typeof value === 'object' && value !== null && 'properties' in value && 'type' in value;
    return isShape && !('additionalProperties' in value) ? { ...value, additionalProperties: false } : value;
  });
}
