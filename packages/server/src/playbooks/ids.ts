import {
  entryFiltersOf,
  type Filter,
  filtersOf,
  groupOf,
  isActivityOperator,
  isMembershipOperator,
  type JourneyDefinition,
  leafOf,
} from '@tributary/model';
import { setAt, stepsOf, valueAt } from './path.ts';

/** What becomes of the ids in a journey, each told with its place. */
export interface IdMap {
  field(id: string, at: string): string;
  attribute(activityId: string, id: string, at: string): string;
  audience(id: string, at: string): string;
  /** In conditions; shapes name journeys by their names, which is how they are stored. */
  journey(id: string, at: string): string;
}

type Raw = Record<string, unknown>;

/**
 * The journey as it was given, with its ids mapped: of fields, of attributes of activities, of audiences and of journeys,
 * wherever a journey names them by id. `definition` is the same journey, checked: the model knows where its filters are.
 */
export function mapIds(journey: Raw, definition: JourneyDefinition, map: IdMap): Raw {
  const out = structuredClone(journey);
  const change = (at: string, to: (value: never) => unknown): void => {
    const steps = stepsOf(at);
    const value = valueAt(out, steps);
    if (value !== undefined) setAt(out, steps, to(value as never));
  };
  const audience = (at: string): void => change(at, (id: string) => map.audience(id, at));
  const { entry, shapes } = definition;

  const inRun =
    entry.kind === 'activity'
      ? { ...map, ofEntry: (id: string, at: string) => map.attribute(entry.activity, id, at) }
      : map;
  for (const { at } of [...entryFiltersOf(definition), ...filtersOf(definition)]) {
    change(at, (filter: Filter) => mapFilter(filter, inRun, map.field, at));
  }
  if (entry.kind === 'activity') {
    const attribute = (id: string, at: string) => map.attribute(entry.activity, id, at);
    change('entry.filter', (filter: Filter) => mapFilter(filter, map, attribute, 'entry.filter'));
    change('entry.key', (id: string) => attribute(id, 'entry.key'));
  }
  if (entry.kind === 'date') change('entry.field', (id: string) => map.field(id, 'entry.field'));
  audience('entry.audience');
  audience('sending.topic');
  for (const [id, shape] of Object.entries(shapes)) {
    const at = `shapes.${id}`;
    audience(`${at}.sending.topic`);
    if (shape.kind === 'delay' && shape.until) {
      const { of } = shape.until;
      change(`${at}.until.field`, (field: string) => {
        const place = `${at}.until.field`;
        if (of === 'person') return map.field(field, place);
        return entry.kind === 'activity' ? map.attribute(entry.activity, field, place) : field;
      });
    }
    if (shape.kind === 'update') {
      change(`${at}.set`, (set: Raw) => mapKeys(set, (field) => map.field(field, `${at}.set.${field}`)));
      change(`${at}.clear`, (clear: string[]) => clear.map((field, i) => map.field(field, `${at}.clear[${i}]`)));
    }
    if (shape.kind === 'webhook') {
      change(`${at}.fields`, (fields: Record<string, string>) =>
        Object.fromEntries(
          Object.entries(fields).map(([name, field]) => [name, map.field(field, `${at}.fields.${name}`)]),
        ),
      );
    }
  }
  return out;
}

/** Two keys that become one: the later one stays as it is, so that it can be told. */
function mapKeys(record: Raw, to: (key: string) => string): Raw {
  const out: Raw = {};
  for (const [key, value] of Object.entries(record)) {
    const mapped = to(key);
    out[Object.hasOwn(out, mapped) ? key : mapped] = value;
  }
  return out;
}

type Mapping = (id: string, at: string) => string;

/** `ofEntry` is for what a condition asks of what started the run. */
function mapFilter(filter: Filter, map: IdMap & { ofEntry?: Mapping }, field: Mapping, at: string): Filter {
  const [operator] = Object.keys(filter);
  if (operator === undefined) return filter;
  const group = groupOf(filter);
  if (group)
    return { [operator]: group.parts.map((part, i) => mapFilter(part, map, field, `${at}.${operator}[${i}]`)) };
  const leaf = leafOf(filter);
  if (!leaf) return filter;
  const here = `${at}.${operator}`;
  const body: Raw = { ...leaf.body };
  if (isActivityOperator(operator)) {
    const attribute = (id: string, place: string) => map.attribute(leaf.fieldId, id, place);
    if (leaf.where) body.filter = mapFilter(leaf.where, map, attribute, `${here}.filter`);
    if (leaf.same) body.same = leaf.same.map((id, i) => attribute(id, `${here}.same[${i}]`));
    return { [operator]: body };
  }
  if (isMembershipOperator(operator)) {
    const key = ['audience_id', 'campaign_id', 'value'].find((name) => typeof body[name] === 'string');
    // A campaign is a journey.
    const mapped = operator.includes('campaign') ? map.journey : map.audience;
    if (key) body[key] = mapped(body[key] as string, `${here}.${key}`);
    return { [operator]: body };
  }
  const ofLeaf = leaf.of === 'entry' ? (map.ofEntry ?? field) : field;
  if (typeof body.field_id === 'string') body.field_id = ofLeaf(body.field_id, `${here}.field_id`);
  return { [operator]: body };
}
