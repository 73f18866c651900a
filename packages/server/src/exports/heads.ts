import { idIn, plainName } from '../imports/index.ts';
import type { SchemaField } from '../people/index.ts';

/** What can stand in a column: a field, or what is told beside the fields. */
export type Told = Pick<SchemaField, 'id' | 'name' | 'displayType' | 'readOnly'>;

/**
 * What stands over the columns wanted, by their ids: their names, with the id behind one by which an import would take
 * the column for another.
 */
export function headsOf(columns: readonly Told[], wanted: readonly string[], idHead: string): Map<string, string> {
  const known = new Map(columns.map((column) => [column.id, column]));
  const meant = meantByNames(columns, idHead);
  const uses = new Map<string, number>();
  for (const id of wanted) {
    const plain = plainName(known.get(id)!.name);
    uses.set(plain, (uses.get(plain) ?? 0) + 1);
  }
  return new Map(
    wanted.map((id) => {
      const { name } = known.get(id)!;
      const plain = plainName(name);
      const isElses = (meant.get(plain) ?? id) !== id || (idIn(name) !== id && known.has(idIn(name)));
      const isPlain = uses.get(plain) === 1 && !isElses;
      return [id, isPlain ? name : `${name} (${id})`];
    }),
  );
}

/** The same of ids: the id of what only the server writes may be the name of a field, such as `e` of one that is called "E". */
export function idsAsHeads(columns: readonly Told[], wanted: readonly string[], idHead: string): Map<string, string> {
  const written = new Set(columns.flatMap(({ id, readOnly }) => (readOnly ? [] : [id])));
  const meant = meantByNames(columns, idHead);
  return new Map(
    wanted.map((id) => {
      const isElses = !written.has(id) && (meant.get(plainName(id)) ?? id) !== id;
      return [id, isElses ? `${id} (${id})` : id];
    }),
  );
}

/** What an import takes a name for: a field that can be written, the first of a name. */
function meantByNames(columns: readonly Told[], idHead: string): Map<string, string> {
  const meant = new Map([[plainName(idHead), idHead]]);
  for (const { id, name, readOnly } of columns) {
    const plain = plainName(name);
    if (!readOnly && !meant.has(plain)) meant.set(plain, id);
  }
  return meant;
}
