import { type EntityKind, type Fields, type Filter, publicId, type Value } from '@tributary/model';
import { cellOf } from '../imports/index.ts';
import type { Exported } from '../people/index.ts';
import { UserError } from '../platform/errors.ts';
import { headsOf, idsAsHeads, type Told } from './heads.ts';
import { type CsvStyle, csvLines, type Format, ndjsonLines } from './write.ts';

/** What is wanted of people, or of accounts. */
export interface ProfilesWanted extends CsvStyle {
  format: Format;
  /** Field ids in their order; all there are when not given. */
  fields?: readonly string[] | undefined;
  /** Column heads: what people call the fields, or the fields' ids. */
  headers: 'names' | 'ids';
  /** Only these, by the ids inside. */
  ids?: readonly string[] | undefined;
  /** Only those of whom it is true. */
  filter?: Filter | undefined;
}

/** One of them, with the values of all its columns. */
export interface Profile {
  id: string;
  fields: Fields;
}

/** What an export of people and one of accounts differ in. */
export interface Profiles {
  kind: EntityKind;
  /** Which has the id, that comes first in any case. */
  idField: string;
  /** Which has the names of the tags. */
  tagField: string;
  columns: readonly Told[];
  /** Whether it is there when nothing is asked for. */
  isUsual(id: string): boolean;
  /** Those after one of them, with at least the columns wanted. */
  page(wanted: ReadonlySet<string>, o: { after: string; limit: number }): Promise<Profile[]>;
}

interface Column {
  id: string;
  /** As it was asked for. */
  asked: string;
  head: string;
  displayType: string;
}

const PAGE = 500;

/** By which `person/get` tells the names of tags; here they stand in the field that has their numbers there. */
const TAG_NAMES = 'tags';

/** All that are wanted, in the order in which they came to us, a page at a time: memory stays flat however many they are. */
export function exportProfiles(of: Profiles, wanted: ProfilesWanted): AsyncGenerator<string> {
  return pages(of, wanted, columnsOf(of, wanted));
}

async function* pages(of: Profiles, wanted: ProfilesWanted, columns: readonly Column[]): AsyncGenerator<string> {
  if (wanted.format === 'csv') yield csvLines([[idHead(of), ...columns.map(({ head }) => head)]], wanted);
  const ids = new Set(columns.map(({ id }) => id));
  let after = '0';
  for (;;) {
    const page = await of.page(ids, { after, limit: PAGE });
    if (page.length > 0) {
      yield wanted.format === 'csv'
        ? csvLines(
            page.map((profile) => row(of, profile, columns)),
            wanted,
          )
        : ndjsonLines(page.map((profile) => record(of, profile, columns)));
    }
    if (page.length < PAGE) return;
    after = page.at(-1)!.id;
  }
}

/** The column by which an import knows them again. */
const idHead = ({ kind }: Profiles): string => `${kind}_id`;

function row({ kind }: Profiles, { id, fields }: Profile, columns: readonly Column[]): string[] {
  return [publicId(id, kind), ...columns.map((column) => cellOf(fields[column.id], column.displayType))];
}

function record({ kind }: Profiles, { id, fields }: Profile, columns: readonly Column[]): object {
  const values: Record<string, Value> = {};
  for (const column of columns) {
    const value = fields[column.id];
    if (value !== undefined && value !== null) values[column.asked] = value;
  }
  return { id: publicId(id, kind), fields: values };
}

/** Without the id, which comes first whatever is asked for. */
function columnsOf(of: Profiles, { fields, headers }: ProfilesWanted): Column[] {
  const known = new Map(of.columns.map((column) => [column.id, column]));
  const asked = (fields ?? [...known.keys()].filter(of.isUsual)).filter((id) => id !== idHead(of) && id !== of.idField);
  const wanted = asked.map((id) => (id === TAG_NAMES ? of.tagField : id));
  const unknown = wanted.filter((id) => !known.has(id));
  if (unknown.length > 0) throw new UserError('export_fields', `there is no field ${unknown.slice(0, 5).join(', ')}`);
  const heads = (headers === 'ids' ? idsAsHeads : headsOf)(of.columns, wanted, idHead(of));
  return wanted.map((id, i) => ({
    id,
    asked: asked[i]!,
    displayType: known.get(id)!.displayType,
    head: heads.get(id)!,
  }));
}

/** The values of all that is kept of somebody, or of an account; the tags' names are in that field. */
export function valuesOf({ fields, tags, moments }: Exported, tagField: string): Fields {
  const told = Object.entries(moments).flatMap(([id, at]) => (at ? [[id, at.toISOString()]] : []));
  return { ...fields, ...Object.fromEntries(told), ...(tags.length > 0 ? { [tagField]: tags } : {}) };
}
