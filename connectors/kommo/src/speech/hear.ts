import type { Heard, Unmarked, Write } from '@tributary/connector-kit';
import type { Fields } from '@tributary/model';
import { entityOf, leadOf } from '../entity.ts';
import { EMAIL_ACTIVITY, EMAIL_STATUS, type emailStatuses } from '../set-up/fields.ts';
import { toTheMinute, toTheSecond } from './moment.ts';
import { writeOf } from './writes.ts';

interface Said {
  /** The note, without its moment. */
  note: string;
  /** What goes into the field "Email activity", without its moment. */
  activity?: string;
  status?: (typeof emailStatuses)[number];
}

/** A text field takes some 255 characters, and the moment at its end must not be what is cut off. */
const activityMax = 225;
const subjectMax = 200;
const urlMax = 1_000;

/** What is said of each activity (Ortto's ids and attributes: `str::s` the subject, `str::c` the link that was clicked). */
const sayings: Record<string, (attributes: Fields) => Said> = {
  'act::o': (attributes) => {
    const subject = subjectOf(attributes);
    return { note: `Opened the e-mail${subject}`, activity: `Opened${subject || ' an e-mail'}` };
  },
  'act::c': (attributes) => {
    const url = cut(wordsOf(attributes['str::c']) || 'a link', urlMax);
    return { note: `Clicked ${url} in the e-mail${subjectOf(attributes)}`, activity: `Clicked ${url}` };
  },
  'act::re': (attributes) => {
    const subject = subjectOf(attributes);
    return { note: `Answered the e-mail${subject}`, activity: `Answered${subject || ' an e-mail'}` };
  },
  'act::s-ab': (attributes) => ({
    note: `Reported the e-mail${subjectOf(attributes)} as spam`,
    activity: 'Reported an e-mail as spam',
  }),
  'act::u-all': () => ({ note: 'Unsubscribed from e-mail', status: 'Unsubscribed' }),
  'act::s-all': () => ({ note: 'Subscribed to e-mail', status: 'Subscribed' }),
  'act::b': (attributes) => {
    const reason = cut(wordsOf(attributes['str::br']), subjectMax);
    return { note: `The e-mail${subjectOf(attributes)} bounced${reason && `: ${reason}`}`, status: 'Bounced' };
  },
};

export const hears: readonly string[] = Object.keys(sayings);

/**
 * What an activity means for the person's deal: a note, and a field. Opens and
 * clicks by machines (`bol::m`) mean nothing: a manager who calls because a
 * mail filter "clicked" does not believe the next note.
 */
export function hear(heard: Heard): Write[] {
  const say = Object.hasOwn(sayings, heard.activityId) ? sayings[heard.activityId] : undefined;
  const lead = leadOf(heard);
  if (!say || !lead || heard.attributes['bol::m'] === true) return [];
  const said = say(heard.attributes);
  const at = heard.at.toISOString();
  const field = said.status
    ? { field: EMAIL_STATUS, value: said.status, at }
    : {
        field: EMAIL_ACTIVITY,
        value: `${cut(said.activity ?? said.note, activityMax)} · ${toTheMinute(heard.at)}`,
        at,
      };
  return [
    { key: `${heard.id}:note`, ...writeOf('note', lead, { text: `${said.note} · ${toTheSecond(heard.at)}`, at }) },
    { key: `${heard.id}:field`, ...writeOf('field', lead, field) },
  ];
}

/**
 * The deals on which "Bounced" was the last that was said of somebody's mail say what is so now: an address that has not
 * bounced. Other deals are left as they are.
 */
export function hearUnmarked({ at, person, written }: Unmarked): Write[] {
  const statuses = new Map(
    written
      .filter(({ kind, body }) => kind === 'field' && body.field === EMAIL_STATUS)
      .map(({ target, body }) => [target, body.value]),
  );
  const value = person.fields['bol::p'] === false ? 'Unsubscribed' : 'Subscribed';
  return [...statuses].flatMap(([target, said]) => {
    const entity = said === 'Bounced' ? entityOf(target) : undefined;
    if (!entity) return [];
    const when = at.toISOString();
    const key = `${person.id}:unmarked:${target}:${when}`;
    return [{ key, ...writeOf('field', entity, { field: EMAIL_STATUS, value, at: when }) }];
  });
}

function subjectOf(attributes: Fields): string {
  const subject = cut(wordsOf(attributes['str::s']), subjectMax);
  return subject && ` “${subject}”`;
}

/** One line, without control characters. */
function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value.replace(/[\s\p{Cc}]+/gu, ' ').trim() : '';
}

function cut(text: string, most: number): string {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : text;
}
