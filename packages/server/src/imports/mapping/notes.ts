import { kinds } from '../kinds.ts';
import type { Import } from '../types.ts';
import { plainName } from './synonyms.ts';

/** What is said of somebody who wants no e-mail; of SMS nobody has the permission who does not say so. */
const REFUSAL =
  /^(?!sms ).*(unsubscribe|not subscribed|opt(ed)? ?out|do ?not (e ?mail|contact|mail)|отписан|отписал|отказ от рассыл|descadastrad|nao contactar|cancelou a subscricao|dado de baja|no contactar|abgemeldet|keine werbung|desabonne|desinscrit)/u;

const REFUSAL_NOTE =
  'not taken: it seems to say who wants no e-mail, and whoever is made has the permission where no column says otherwise. Turn its yes and no round in the file, and map it to bol::p';

/** What the sender has to know of each column, beside where it goes. */
export function notesOn({
  kind,
  columns,
  mapping,
}: Pick<Import, 'kind' | 'columns' | 'mapping'>): (string | undefined)[] {
  const isSaid = mapping.columns.some((target) => target.to === 'field' && target.field === 'bol::p');
  if (isSaid || kinds[kind].of === 'account') return columns.map(() => undefined);
  return columns.map((column, i) =>
    mapping.columns[i]?.to === 'ignore' && REFUSAL.test(plainName(column)) ? REFUSAL_NOTE : undefined,
  );
}
