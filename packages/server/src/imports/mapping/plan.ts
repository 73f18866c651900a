import { type ActivityInput, customFieldId, type DisplayType, internalId } from '@tributary/model';
import { isAddress } from '../../people/index.ts';
import { unguarded } from '../cells/formula.ts';
import { type Reading, valueIn } from '../cells/kinds.ts';
import { listIn } from '../cells/lists.ts';
import { kinds } from '../kinds.ts';
import type { CellFormat, Import, RowRead, Target, Values } from '../types.ts';
import { attributeTypeOf, type Catalog } from './catalog.ts';
import { plainName } from './synonyms.ts';

/** What a row says of one person, or of one account. */
export interface Planned {
  /** By which it is known here, if the row says so. */
  id: string | undefined;
  fields: Values;
  tags: string[];
  activity: (ActivityInput & { recordedAs: string | undefined }) | undefined;
  /** The account a person belongs to: its id here, and the fields to find or to make it by. */
  account: { id: string | undefined; fields: Values } | undefined;
}

const BIRTHDAY = 'dtz::b';

/** Of a column: puts its cell into what is planned, or says what is wrong. */
type Put = (cell: string, planned: Planned) => string | undefined;

/** Reads rows as the mapping says. All that is wrong with a row is told together, each with its column. */
export function createPlan(
  of: Pick<Import, 'kind' | 'columns' | 'mapping' | 'createdAt'>,
  catalog: Catalog,
): (cells: readonly string[]) => RowRead<Planned> {
  const { kind, columns, mapping } = of;
  const puts = mapping.columns.map((target) => putFor(target, of, catalog));
  return (cells) => {
    const extra = cells.slice(columns.length);
    if (cells.length < columns.length || extra.some((cell) => cell !== '')) {
      return { error: `the row has ${cells.length} columns, the first has ${columns.length}` };
    }
    const activity = kinds[kind].happened
      ? { id: mapping.activity ?? '', attributes: {}, recordedAs: undefined }
      : undefined;
    const planned: Planned = { id: undefined, fields: {}, tags: [...mapping.tags], activity, account: undefined };
    const problems: string[] = [];
    for (const [i, put] of puts.entries()) {
      const cell = cells[i]!;
      if (!put || cell === '') continue;
      const problem = put(cell, planned);
      if (problem) problems.push(`${columns[i]}: ${problem}`);
    }
    return problems.length > 0 ? { error: problems.join('; ') } : planned;
  };
}

function putFor(
  target: Target,
  { mapping, createdAt }: Pick<Import, 'mapping' | 'createdAt'>,
  catalog: Catalog,
): Put | undefined {
  const { country, timezone } = mapping;
  const reading = (format: CellFormat & Pick<Reading, 'inverted'>): Reading => ({ ...format, country, timezone });
  const into = (id: string, type: DisplayType, format: CellFormat, where: (planned: Planned) => Values): Put => {
    // Nobody in a file is born after it came.
    const how = { ...reading(format), ...(id === BIRTHDAY ? { latest: createdAt.getUTCFullYear() } : {}) };
    return (cell, planned) => {
      const read = valueIn(cell, type, how);
      if ('error' in read) return read.error;
      if (id === 'str::email' && read.value !== undefined && !isAddress(String(read.value)))
        return `"${read.value}" is not an e-mail address`;
      const values = where(planned);
      // Of several columns that say who wants no e-mail, any will do.
      if (read.value !== undefined && values[id] !== false) values[id] = read.value;
      return undefined;
    };
  };
  switch (target.to) {
    case 'ignore':
      return undefined;
    case 'field':
      return into(
        target.field,
        catalog.fields.get(target.field)?.displayType ?? 'text',
        target,
        ({ fields }) => fields,
      );
    case 'new_field':
      return into(customFieldId(target.name, target.type, catalog.of), target.type, target, ({ fields }) => fields);
    case 'attribute':
      return into(
        target.attribute,
        attributeTypeOf(catalog.activities, target.attribute),
        target,
        (planned) => planned.activity!.attributes as Values,
      );
    case 'tags':
      return (cell, planned) =>
        void planned.tags.push(...listIn(unguarded(cell), target.separator).filter((tag) => tag.trim() !== ''));
    case 'id':
      return (cell, planned) => {
        planned.id = internalId(cell, catalog.of);
        return planned.id === undefined ? `"${cell}" is not an id` : undefined;
      };
    case 'account':
      return target.by === 'id'
        ? accountIdPut
        : into(
            target.by,
            catalog.accountKeys.get(target.by)?.displayType ?? 'text',
            target,
            (planned) => accountOf(planned).fields,
          );
    case 'time':
      return momentPut(reading(target));
    case 'key':
      return (cell, planned) => {
        planned.activity!.key = unguarded(cell);
        return undefined;
      };
    case 'activity_id':
      return (cell, planned) => {
        planned.activity!.recordedAs = internalId(cell, 'activity');
        planned.activity!.key ??= cell;
        return undefined;
      };
    case 'attributes':
      return attributesPut;
    case 'activity':
      return activityPut(catalog);
  }
}

function accountOf(planned: Planned): NonNullable<Planned['account']> {
  planned.account ??= { id: undefined, fields: {} };
  return planned.account;
}

const accountIdPut: Put = (cell, planned) => {
  const id = internalId(cell, 'account');
  accountOf(planned).id = id;
  return id === undefined ? `"${cell}" is not the id of an account` : undefined;
};

function momentPut(reading: Reading): Put {
  return (cell, planned) => {
    const read = valueIn(cell, 'time', reading);
    if ('error' in read) return read.error;
    planned.activity!.at = new Date(String(read.value));
    return undefined;
  };
}

const attributesPut: Put = (cell, planned) => {
  const read = valueIn(cell, 'object', { timezone: 'UTC' });
  if ('error' in read) return read.error;
  Object.assign(planned.activity!.attributes, read.value);
  return undefined;
};

function activityPut(catalog: Catalog): Put {
  const named = new Map([...catalog.activities.values()].map(({ id, name }) => [plainName(name), id]));
  return (cell, planned) => {
    const id = catalog.activities.has(cell) ? cell : named.get(plainName(cell));
    if (!id) return `there is no activity "${cell}"`;
    planned.activity!.id = id;
    return undefined;
  };
}
