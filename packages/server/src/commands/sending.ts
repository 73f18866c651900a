import { type SendingDefaults, waitDaysOf } from '@tributary/model';
import type { Config } from '../config.ts';
import { UserError } from '../platform/errors.ts';
import { usage } from './usage.ts';
import { withRooms } from './with-database.ts';

const HOW = [
  'sending show',
  'sending set [--cap 1/16h|none] [--wait-days 14] [--when-capped delay|skip] [--timezone NAME]',
  'sending set [--hours 09:00-18:00|none] [--days 1-5] [--zone person|NAME]',
];

export interface SendingOptions {
  cap?: string | undefined;
  'wait-days'?: string | undefined;
  'when-capped'?: string | undefined;
  hours?: string | undefined;
  days?: string | undefined;
  zone?: string | undefined;
  timezone?: string | undefined;
}

/** `sending show`, `sending set …`: under which rules messages go that bring none of their own. */
export function sending(config: Config, [verb]: string[], options: SendingOptions): Promise<undefined> {
  if (verb !== 'show' && verb !== 'set') throw usage(HOW);
  return withRooms(config, async ({ db, workspace, messages }) => {
    if (verb === 'show') {
      print(await messages.defaults(db, workspace.id));
      console.log(`webhooks     signed; servers check with ${await messages.webhookSecret(workspace.id)}`);
      return undefined;
    }
    const change = changeOf(options, await messages.defaults(db, workspace.id));
    if (Object.keys(change).length === 0) throw usage(HOW);
    print(await messages.changeDefaults(workspace.id, change));
    return undefined;
  });
}

function print({ cap, whenCapped, hours, timezone }: SendingDefaults): void {
  const most =
    cap === 'none' ? 'none' : `${cap.messages} e-mail${cap.messages === 1 ? '' : 's'} per person in ${cap.hours} hours`;
  const days = hours !== 'none' && hours.days ? `, days ${hours.days.join(' ')}` : '';
  console.log(`cap          ${most}`);
  const waits =
    cap === 'none' ? 'delay: it waits' : `delay: it waits, at most ${Math.round(waitDaysOf(cap) * 10) / 10} days`;
  console.log(`when capped  ${whenCapped === 'delay' ? waits : 'skip: it is not sent'}`);
  console.log(
    `hours        ${hours === 'none' ? 'any' : `${hours.from}-${hours.to}${days}, by ${clockOf(hours.timezone)}`}`,
  );
  console.log(`timezone     ${timezone}, of people of whom none is known`);
}

const clockOf = (zone = 'person'): string => (zone === 'person' ? 'each person’s clock' : `the clock of ${zone}`);

/** What the options change. What is wrong in a value is found by the room, but for the way it is written here. */
function changeOf(options: SendingOptions, before: SendingDefaults): Record<string, unknown> {
  const { cap, 'wait-days': waitDays, 'when-capped': whenCapped, hours, days, zone, timezone } = options;
  return {
    ...(cap === undefined && waitDays === undefined ? {} : { cap: capOf({ cap, waitDays }, before.cap) }),
    ...(whenCapped === undefined ? {} : { whenCapped }),
    ...(hours === undefined && days === undefined && zone === undefined
      ? {}
      : { hours: hoursOf({ hours, days, zone }, before.hours) }),
    ...(timezone === undefined ? {} : { timezone }),
  };
}

function capOf(
  { cap, waitDays }: { cap: string | undefined; waitDays: string | undefined },
  before: SendingDefaults['cap'],
): unknown {
  if (cap === 'none') return cap;
  const old = before === 'none' ? undefined : before;
  const match = cap === undefined ? undefined : /^(\d{1,6})\/(\d{1,6}(?:\.\d{1,6})?)h$/.exec(cap);
  if (match === null) throw new UserError('sending_is_wrong', `--cap "${cap}": write it like 1/16h, or none`);
  if (!match && !old)
    throw new UserError('sending_is_wrong', '--wait-days: there is no cap to wait for: say --cap, too');
  return {
    ...old,
    ...(match ? { messages: Number(match[1]), hours: Number(match[2]) } : {}),
    ...(waitDays === undefined ? {} : { waitDays: daysToWait(waitDays) }),
  };
}

function daysToWait(text: string): number {
  const days = Number(text);
  if (days > 0) return days;
  throw new UserError('sending_is_wrong', `--wait-days "${text}": write a number of days, such as 14`);
}

function hoursOf(
  { hours, days, zone }: Pick<SendingOptions, 'hours' | 'days' | 'zone'>,
  before: SendingDefaults['hours'],
): unknown {
  if (hours === 'none') return hours;
  const old = before === 'none' ? undefined : before;
  const match = hours === undefined ? undefined : /^([\d:]+)-([\d:]+)$/.exec(hours);
  if (match === null)
    throw new UserError('sending_is_wrong', `--hours "${hours}": write them like 09:00-18:00, or none`);
  if (!match && !old) {
    const option = days === undefined ? '--zone' : '--days';
    throw new UserError('sending_is_wrong', `${option}: there are no hours that it could be of: say --hours, too`);
  }
  return {
    ...old,
    ...(match ? { from: match[1], to: match[2] } : {}),
    ...(days === undefined ? {} : { days: daysOf(days) }),
    ...(zone === undefined ? {} : { timezone: zone }),
  };
}

/** `1-5` or `1,3,5`; 1 is Monday. */
function daysOf(text: string): number[] {
  const range = /^([1-7])-([1-7])$/.exec(text);
  if (range) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    if (from <= to) return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  }
  if (!/^[1-7](,[1-7])*$/.test(text))
    throw new UserError('sending_is_wrong', `--days "${text}": write them like 1-5 or 1,3,5; 1 is Monday`);
  return [...new Set(text.split(',').map(Number))];
}
