import { builtInFields, type Filter, publicId, type Value } from '@tributary/model';
import { cellOf } from '../imports/index.ts';
import type { ExportedPerson, People, Schema } from '../people/index.ts';
import type { Db } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { type CsvStyle, csvLines, type Format, ndjsonLines } from './write.ts';

export interface PeopleWanted extends CsvStyle {
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

interface Column {
  id: string;
  head: string;
  displayType: string;
}

const PAGE = 500;
const ID = 'person_id';
/** The tags of a person, by their names. */
const TAGS = 'u4s::t';

/** What is kept of a person beside their fields, by the fields' ids on Ortto's wire. */
const moments: Readonly<Record<string, (person: ExportedPerson) => Date | null>> = {
  c: (person) => person.createdAt,
  e: (person) => person.editedAt,
  f: (person) => person.firstSeenAt,
  l: (person) => person.lastSeenAt,
  s: (person) => person.subscribedAt,
  u: (person) => person.unsubscribedAt,
};

/** Everyone wanted, in the order in which they came to us, a page at a time: memory stays flat however many they are. */
export async function exportPeople(
  db: Db,
  people: People,
  workspaceId: number,
  wanted: PeopleWanted,
): Promise<AsyncGenerator<string>> {
  const columns = columnsOf(await people.schema(db, workspaceId), wanted);
  return pages(db, people, workspaceId, wanted, columns);
}

async function* pages(
  db: Db,
  people: People,
  workspaceId: number,
  wanted: PeopleWanted,
  columns: readonly Column[],
): AsyncGenerator<string> {
  if (wanted.format === 'csv') yield csvLines([columns.map(({ head }) => head)], wanted);
  let after = '0';
  for (;;) {
    const page = await people.bulk.people(db, workspaceId, wanted, { after, limit: PAGE });
    if (page.length > 0) {
      yield wanted.format === 'csv'
        ? csvLines(
            page.map((person) => columns.map((column) => cell(person, column))),
            wanted,
          )
        : ndjsonLines(page.map((person) => record(person, columns)));
    }
    if (page.length < PAGE) return;
    after = page.at(-1)!.id;
  }
}

function cell(person: ExportedPerson, { id, displayType }: Column): string {
  if (id === ID) return publicId(person.id);
  return cellOf(kept(person, id), displayType);
}

function record(person: ExportedPerson, columns: readonly Column[]): object {
  const fields: Record<string, Value> = {};
  for (const { id } of columns) {
    const value = id === ID ? undefined : kept(person, id);
    if (value !== undefined && value !== null) fields[id] = value;
  }
  return { id: publicId(person.id), fields };
}

function kept(person: ExportedPerson, id: string): Value | undefined {
  if (id === TAGS) return person.tags.length > 0 ? person.tags : undefined;
  const moment = moments[id];
  return moment ? moment(person)?.toISOString() : person.fields[id];
}

/** The id first, by which an import knows them again. */
function columnsOf(schema: Schema, { fields, headers }: PeopleWanted): Column[] {
  const known = new Map([...schema.fields.values()].map((field) => [field.id, field]));
  const wanted = fields ?? [...known.keys()].filter(isKept);
  const unknown = wanted.filter((id) => id !== ID && !known.has(id));
  if (unknown.length > 0) throw new UserError('export_fields', `there is no field ${unknown.slice(0, 5).join(', ')}`);
  const uses = new Map<string, number>();
  for (const id of wanted) {
    const name = known.get(id)?.name.toLowerCase() ?? '';
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const columns = wanted
    .filter((id) => id !== ID)
    .map((id) => {
      const { name, displayType } = known.get(id)!;
      const alone = uses.get(name.toLowerCase()) === 1;
      return { id, displayType, head: headers === 'ids' ? id : alone ? name : `${name} (${id})` };
    });
  return [{ id: ID, head: ID, displayType: 'text' }, ...columns];
}

const readOnly = new Set(builtInFields.filter((field) => field.readOnly).map(({ id }) => id));

/** Fields that a person can have something in: of those that nobody can write, those that are written here. */
function isKept(id: string): boolean {
  return !readOnly.has(id) || id in moments || id === TAGS || id === 'bol::hb';
}
