import {
  type MessageCap,
  type MessageChannel,
  nextWithin,
  type SendingHours,
  type SendingRules,
  timezoneOf,
  waitDaysOf,
} from '@tributary/model';
import type { Standing } from '../../audiences/index.ts';
import { HARD_BOUNCED, type Person } from '../../people/index.ts';
import type { ClaimedMessage } from '../store/outbox.sql.ts';
import type { Objection, WaitsFor } from '../types.ts';

const DAY_MS = 24 * 3600 * 1000;
/** What waits for its journey is looked at anew when that goes on; and after this in any case. */
const JOURNEY_MS = 3600 * 1000;

/** What the rules look at. */
export interface Ruled {
  message: Pick<ClaimedMessage, 'channel' | 'rules' | 'defaults' | 'queuedAt' | 'countedAt'>;
  person: Person | undefined;
  /** Why the person's address is suppressed, if it is. */
  suppressed: string | undefined;
  /** What the person is to the topic's audience, where the rules name one. */
  standing: Standing | undefined;
  /** What its journey has against it. */
  objection: Objection | undefined;
}

/** What the rules say of a message at this moment. */
export type Ruling =
  | { do: 'go' }
  | Asking
  | { do: 'skip'; reason: string }
  | { do: 'wait'; for: WaitsFor; until: Date; reason: string };

/** It goes if the cap has a place for it. */
export interface Asking {
  do: 'ask';
  cap: MessageCap;
  reason: string;
  whenCapped: 'delay' | 'skip';
  /** When it has waited long enough for a place. */
  waitsUntil: Date;
  /** The first moment from another on at which it may go. */
  open(at: Date): Date;
}

/** Those that reach the person, whom permissions and the workspace's defaults are about; others are told of the person. */
const REACHING: ReadonlySet<MessageChannel> = new Set(['email', 'sms', 'push', 'inapp']);

const notSetUp: Partial<Record<MessageChannel, string>> = {
  sms: 'SMS is not set up',
  push: 'push is not set up',
  inapp: 'in-app messages are not set up',
  slack: 'Slack is not set up',
};

/** Why nothing goes by a channel; undefined where it works. */
export const whyClosed = (channel: MessageChannel): string | undefined => notSetUp[channel];

/** Whether a message counts for the caps of its person once it goes: notes to the team and receipts do not. */
export function counts({ channel, rules }: { channel: MessageChannel; rules: SendingRules }): boolean {
  return channel !== 'notice' && rules.transactional !== true;
}

/** Whether a message may go now. Pure; asked when it is taken up, each time. */
export function ruling(of: Ruled, now: Date): Ruling {
  const { message, person, objection } = of;
  const reason = whyNot(of);
  if (reason !== undefined || !person) return { do: 'skip', reason: reason ?? '' };
  if (objection)
    return objection.lasts
      ? { do: 'skip', reason: objection.reason }
      : { do: 'wait', for: 'journey', until: new Date(now.getTime() + JOURNEY_MS), reason: objection.reason };
  if (message.rules.transactional) return { do: 'go' };
  const { cap, whenCapped, hours, timezone } = inForce(message);
  const zone =
    !hours || hours.timezone === 'person' || !hours.timezone ? timezoneOf(person.fields, timezone) : hours.timezone;
  const open = (at: Date): Date => (hours ? nextWithin(hours, at, zone) : at);
  const until = open(now);
  if (hours && until > now) return { do: 'wait', for: 'hours', until, reason: outside(hours, zone) };
  // An uncertain one that goes again has its place.
  if (!cap || message.countedAt) return { do: 'go' };
  const waitsUntil = new Date(message.queuedAt.getTime() + waitDaysOf(cap) * DAY_MS);
  return { do: 'ask', cap, whenCapped, reason: reached(cap, message.channel), waitsUntil, open };
}

/** The message's own rules, and the workspace's for what they leave out. */
function inForce({ channel, rules, defaults }: Ruled['message']): {
  cap: MessageCap | undefined;
  whenCapped: 'delay' | 'skip';
  hours: SendingHours | undefined;
  timezone: string;
} {
  // How many e-mails are many says nothing about requests to a server. Notes to the team have no cap.
  const cap = rules.cap ?? (channel === 'email' ? defaults.cap : 'none');
  const hours = rules.hours ?? (REACHING.has(channel) ? defaults.hours : 'none');
  return {
    cap: cap === 'none' || channel === 'notice' ? undefined : cap,
    whenCapped: rules.whenCapped ?? defaults.whenCapped,
    hours: hours === 'none' ? undefined : hours,
    timezone: defaults.timezone,
  };
}

function whyNot({ message, person, suppressed, standing }: Ruled): string | undefined {
  if (!person) return 'the person is no longer there';
  if (person.archivedAt) return 'the person is archived';
  const closed = whyClosed(message.channel);
  if (closed !== undefined) return closed;
  if (message.channel !== 'email') return undefined;
  const transactional = message.rules.transactional === true;
  const obstacle = whyNoMail(person, { suppressed, transactional });
  if (obstacle !== undefined || transactional) return obstacle;
  return offTopic(message.rules.topic, standing);
}

/** Why this person gets no e-mail at all; undefined where nothing is in the way but the rules of one message. */
function whyNoMail(
  { fields, archivedAt }: Pick<Person, 'fields' | 'archivedAt'>,
  { suppressed, transactional }: { suppressed: string | undefined; transactional: boolean },
): string | undefined {
  if (archivedAt) return 'the person is archived';
  const address = fields['str::email'];
  if (typeof address !== 'string' || address === '') return 'the person has no e-mail address';
  if (!/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(address)) return `"${address}" is not an e-mail address`;
  if (!transactional && fields['bol::p'] === false) return 'the person has unsubscribed from e-mail';
  if (suppressed === HARD_BOUNCED) return 'mail to this address has bounced before';
  return suppressed === undefined ? undefined : `the address is on the suppression list (${suppressed})`;
}

function offTopic(topic: string | undefined, standing: Standing | undefined): string | undefined {
  if (topic === undefined) return undefined;
  switch (standing?.is) {
    case 'member':
      return standing.saidNoToMail ? `the person has unsubscribed from "${standing.name}"` : undefined;
    case 'stranger':
      return `the person does not belong to "${standing.name}"`;
    case 'archived':
      return `the audience "${topic}" is archived`;
    default:
      return `there is no audience "${topic}"`;
  }
}

function reached({ messages, hours }: MessageCap, channel: MessageChannel): string {
  const kind = channel === 'email' ? 'e-mail' : channel;
  return `the cap is reached: ${messages} ${kind}${messages === 1 ? '' : 's'} per person in ${hours} hours`;
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function outside({ from, to, days }: SendingHours, zone: string): string {
  const on = days
    ? `, ${[...days]
        .sort()
        .map((day) => DAYS[day - 1])
        .join(' ')}`
    : '';
  return `it goes between ${from} and ${to}${on} (${zone})`;
}
