import { type EntityKind, internalId, parseFieldId } from '@tributary/model';
import { orderOf } from '../cells/dates.ts';
import { type FileKind, kinds } from '../kinds.ts';
import { isOfRejected } from '../rejected.ts';
import type { CellFormat, Mapping, Target } from '../types.ts';
import { attributeTypeOf, type Catalog } from './catalog.ts';
import { refusalIn } from './refusals.ts';
import { areAddresses } from './suggest.ts';
import { activitySynonyms, membershipSynonyms, plainName, synonyms } from './synonyms.ts';

type Cells = readonly string[];

/**
 * What the columns probably mean: by an id, a field's name, what people call
 * it, or by what its cells look like. A column that nothing is known of is
 * ignored; `suggest.ts` says what field it could become.
 */
export function guessMapping(kind: FileKind, columns: Cells, sample: readonly Cells[], catalog: Catalog): Mapping {
  const taken = new Set<string>();
  const isOurs = kinds[kind].happened && columns.includes('id') && columns.includes(`${kinds[kind].of}_id`);
  const cellsOf = (i: number): Cells => sample.map((row) => row[i] ?? '').filter((cell) => cell !== '');
  const saysNothing = (column: string, i: number): boolean =>
    (isOurs && column === 'source') || isOfRejected(columns, i);
  const guessed = columns.map((column, i): Target => {
    const target = saysNothing(column, i) ? ({ to: 'ignore' } as const) : targetFor(kind, column, cellsOf(i), catalog);
    const what = JSON.stringify({ ...target, order: 0, decimal: 0, separator: 0 });
    if (target.to !== 'ignore' && target.to !== 'tags' && taken.has(what)) return { to: 'ignore' } as const;
    taken.add(what);
    return target;
  });
  const said = new Set(guessed.flatMap((target) => (target.to === 'field' ? [target.field] : [])));
  const targets = guessed.map((target, i): Target => {
    const field = target.to === 'ignore' ? refusalIn(columns[i]!, cellsOf(i)) : undefined;
    return field && catalog.fields.has(field) && !said.has(field) ? { to: 'field', field, inverted: true } : target;
  });
  return {
    columns: targets,
    mergeBy: guessKeys(kind, targets),
    mergeStrategy: 2,
    tags: [],
    existingOnly: false,
    timezone: 'UTC',
  };
}

function targetFor(kind: FileKind, column: string, cells: Cells, catalog: Catalog): Target {
  const name = plainName(column);
  const { of, happened } = kinds[kind];
  const id = idIn(column);
  // As our exports head their first column, whatever field has that name.
  if (id === `${of}_id` && areIds(cells, of)) return { to: 'id' };
  if (happened) {
    const attribute = /^attribute:(.+)$/.exec(column.trim())?.[1];
    if (attribute && parseFieldId(attribute)) {
      return { to: 'attribute', attribute, ...formatOf(attributeTypeOf(catalog.activities, attribute), cells) };
    }
    const own = activitySynonyms.get(name);
    if (own && !catalog.fields.has(id))
      return { to: own as 'activity', ...(own === 'time' ? formatOf('time', cells) : {}) };
  }
  const field = catalog.fields.get(id) ?? [...catalog.fields.values()].find((known) => plainName(known.name) === name);
  if (field) return { to: 'field', field: field.id, ...formatOf(field.displayType, cells) };
  if (happened && parseFieldId(id)) {
    return { to: 'attribute', attribute: id, ...formatOf(attributeTypeOf(catalog.activities, id), cells) };
  }
  const account = kind === 'people' ? accountFor(id, name, cells, catalog) : undefined;
  if (account) return account;
  const known = synonyms[of].get(name) ?? synonyms[of].get(plainName(id));
  if (known === 'id') return of === 'person' || areIds(cells, 'account') ? { to: 'id' } : { to: 'ignore' };
  if (known === 'tags' && !happened) return { to: 'tags', ...formatOf('multi_select', cells) };
  const meant = known && !(happened && name === 'source') && catalog.fields.get(known);
  if (meant) return { to: 'field', field: meant.id, ...formatOf(meant.displayType, cells) };
  const attribute = happened ? attributeNamed(catalog, name) : undefined;
  if (attribute)
    return { to: 'attribute', attribute, ...formatOf(attributeTypeOf(catalog.activities, attribute), cells) };
  if (catalog.fields.has('str::email') && areAddresses(cells)) {
    return { to: 'field', field: 'str::email' };
  }
  return { to: 'ignore' };
}

/** The field's id that a column is headed by, or has behind a name that is not the only one: "Plan (str:cm:plan)". */
export function idIn(head: string): string {
  return /\(([a-z0-9]+:[a-z]*:[^\s()]+)\)$/.exec(head)?.[1] ?? head.trim();
}

/** As our exports write them: every CRM has ids of its own. */
const areIds = (cells: Cells, of: EntityKind): boolean => cells.every((cell) => internalId(cell, of) !== undefined);

/** The account that somebody belongs to: by the field of accounts that the column is, or by what people call it. */
function accountFor(id: string, name: string, cells: Cells, { accountKeys }: Catalog): Target | undefined {
  const known = membershipSynonyms.get(name) ?? membershipSynonyms.get(plainName(id));
  if (known === 'id') return areIds(cells, 'account') ? { to: 'account', by: 'id' } : undefined;
  const field = accountKeys.get(id) ?? accountKeys.get(known ?? '');
  return field && { to: 'account', by: field.id, ...formatOf(field.displayType, cells) };
}

function attributeNamed(catalog: Catalog, name: string): string | undefined {
  for (const { attributeTypes } of catalog.activities.values()) {
    for (const id of attributeTypes.keys()) if (plainName(parseFieldId(id)?.name ?? '') === name) return id;
  }
  return undefined;
}

/** Whether there are points before three digits only, and what stands behind one would else be a fraction, as in "1.200". */
function arePointsOfThousands(cells: Cells): boolean {
  const pointed = cells.filter((cell) => cell.includes('.'));
  return pointed.every((cell) => /^[-+]?\d{1,3}(\.\d{3})+$/.test(cell)) && pointed.some((cell) => !/\.000$/.test(cell));
}

/** What the cells show of how they are written. */
function formatOf(type: string, cells: Cells): CellFormat {
  if (type === 'date' || type === 'time') return { order: orderOf(cells) };
  if (type === 'multi_select') {
    const separator = [';', '|', ','].find((sign) =>
      cells.some((cell) => !cell.startsWith('[') && cell.includes(sign)),
    );
    return separator && separator !== ';' ? { separator } : {};
  }
  if (type === 'integer' && arePointsOfThousands(cells)) return { decimal: ',' };
  if (['integer', 'decimal', 'currency', 'price'].includes(type)) {
    if (cells.some((cell) => /\.\d+,\d+$|^[^.]*,(\d{1,2}|\d{4,})$/.test(cell))) return { decimal: ',' };
    if (cells.some((cell) => /,\d+\.\d+$|^[^,]*\.(\d{1,2}|\d{4,})$/.test(cell))) return { decimal: '.' };
  }
  return {};
}

/**
 * People by e-mail and by external id; by phone only where neither is there, for two people may share one. Accounts by one
 * alone, for one website may stand beside many names.
 */
function guessKeys(kind: FileKind, targets: readonly Target[]): string[] {
  const there = new Set(targets.flatMap((target) => (target.to === 'field' ? [target.field] : [])));
  const first = (ids: readonly string[]): string[] => ids.filter((id) => there.has(id)).slice(0, 1);
  if (kinds[kind].of === 'account') return first(['str:o:name', 'str:o:website']);
  const own = ['str::email', 'str::ei'].filter((id) => there.has(id));
  return own.length > 0 ? own : first(['phn::phone']);
}
