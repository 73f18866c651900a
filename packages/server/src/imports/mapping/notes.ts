import { kinds } from '../kinds.ts';
import type { Import } from '../types.ts';
import { refusedBy } from './refusals.ts';

const REFUSAL_NOTE =
  'not taken: it seems to say who wants no e-mail, and whoever is made has the permission where no column says otherwise. Map it to bol::p, inverted';

/** What the sender has to know of each column, beside where it goes. */
export function notesOn({
  kind,
  columns,
  mapping,
}: Pick<Import, 'kind' | 'columns' | 'mapping'>): (string | undefined)[] {
  const isSaid = mapping.columns.some((target) => target.to === 'field' && target.field === 'bol::p');
  return columns.map((column, i) => {
    const target = mapping.columns[i];
    if (target?.to === 'field' && target.inverted)
      return `${permissions[target.field] ?? target.field}, the other way round`;
    // Of SMS nobody who is made has the permission.
    const passedOver = !isSaid && kinds[kind].of === 'person' && target?.to === 'ignore';
    return passedOver && refusedBy(column) === 'bol::p' ? REFUSAL_NOTE : undefined;
  });
}

const permissions: Readonly<Record<string, string>> = { 'bol::p': 'e-mail permission', 'bol::sp': 'SMS permission' };
