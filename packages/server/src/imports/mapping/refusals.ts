import { valueIn } from '../cells/kinds.ts';
import { plainName } from './synonyms.ts';

/** What somebody may want none of, by the permission for it. */
type Permission = 'bol::p' | 'bol::sp';

const REFUSAL =
  /unsubscribe|not subscribed|opt(ed)? ?out|do ?not (e ?mail|contact|mail|sms|text)|отписан|отписал|отказ от (рассыл|sms|смс)|descadastrad|nao contactar|cancelou a subscricao|dado de baja|no contactar|abgemeldet|keine werbung|desabonne|desinscrit/u;

/** Which way round these are meant, only somebody who knows the file can say. */
const UNCLEAR = /opt(ed)? ?in\b|\b(not|never) (unsubscribe|opt)/u;

/** The permission that a column refuses by its head: "Unsubscribed", "SMS opt-out". */
export function refusedBy(head: string): Permission | undefined {
  const name = plainName(head);
  if (!REFUSAL.test(name)) return undefined;
  return /\b(sms|смс|text)\b/u.test(name) ? 'bol::sp' : 'bol::p';
}

/** The same where its cells can be read as yes and no. */
export function refusalIn(head: string, cells: readonly string[]): Permission | undefined {
  const readable = cells.every((cell) => !('error' in valueIn(cell, 'bool', { timezone: 'UTC', inverted: true })));
  return readable && !UNCLEAR.test(plainName(head)) ? refusedBy(head) : undefined;
}
