import { idIn, plainName } from '../imports/index.ts';
import type { SchemaField } from '../people/index.ts';

/** What can stand in a column: a field, or what is told beside the fields. */
export type Told = Pick<SchemaField, 'id' | 'name' | 'displayType' | 'readOnly'>;

/**
 * What stands over the columns wanted, by their ids: their names, with the id behind one by which an import would take
 * the column for another. It finds fields that can be written, by the first of a name.
 */
export function headsOf(columns: readonly Told[], wanted: readonly string[], idHead: string): Map<string, string> {
  const known = new Map(columns.map((column) => [column.id, column]));
  const meant = new Map([[plainName(idHead), idHead]]);
  for (const { id, name, readOnly } of columns) {
    const plain = plainName(name);
    if (!readOnly && !meant.has(plain)) meant.set(plain, id);
  }
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
