import { z } from 'zod';
import { isLong, weeklyWindowParts } from './time/weekly-window.ts';
import { personOrTimezone, timezone } from './time/zone.ts';

/** At most so many messages to a person within so many hours. */
export const messageCap = z.strictObject({
  messages: z.int().min(1).max(1000),
  hours: z
    .number()
    .positive()
    .max(24 * 365),
  /** Where one too many waits: for how many days it does before it is not sent. Left out: `waitDaysOf`. */
  waitDays: z.number().positive().max(730).optional(),
});
export type MessageCap = z.infer<typeof messageCap>;

/** How many days a message waits for its turn under a cap: two weeks, or twice the cap's own hours, unless it says so. */
export function waitDaysOf({ hours, waitDays }: MessageCap): number {
  return waitDays ?? Math.max(14, (2 * hours) / 24);
}

/** A cap, or that there is none. */
const capOrNone = z.union([z.literal('none'), messageCap], {
  error: 'write none, or { messages: 1, hours: 16 } for at most so many within so many hours',
});

/** When messages may go; outside, they wait for the next beginning. */
export const sendingHours = z
  .strictObject({
    ...weeklyWindowParts,
    /** Whose clock: the person's, as far as it is known, or that of a time zone. The person's where left out. */
    timezone: personOrTimezone.optional(),
  })
  .refine(isLong, { path: ['to'], error: '"to" is the same as "from": the whole day is 00:00 to 24:00' });
export type SendingHours = z.infer<typeof sendingHours>;

/** Under which rules a message goes to a person. What is left out is as the workspace's defaults say. */
export const sendingRules = z.strictObject({
  /** Asked for by what the person did, such as a receipt: passes permissions, caps and hours, and does not count. */
  transactional: z.boolean().optional(),
  /** An audience, by its id or its name: goes only to those subscribed to it. */
  topic: z.string().trim().min(1).max(255).optional(),
  cap: capOrNone.optional(),
  /** What becomes of a message that would be one too many: it waits until it is not, or is not sent. */
  whenCapped: z.enum(['delay', 'skip']).optional(),
  hours: sendingHours.optional(),
});
export type SendingRules = z.infer<typeof sendingRules>;

/** What a workspace says of messages that bring no rules of their own. */
export const sendingDefaults = z.strictObject({
  cap: capOrNone,
  whenCapped: z.enum(['delay', 'skip']),
  hours: z.union([z.literal('none'), sendingHours], { error: 'write none, or { from: "09:00", to: "18:00" }' }),
  /** Of people of whom no time zone is known. */
  timezone,
});
export type SendingDefaults = z.infer<typeof sendingDefaults>;

/** What a new workspace begins with: one e-mail per person in 16 hours is Ortto's default, too (Ortto help, email limits). */
export const initialSendingDefaults: SendingDefaults = {
  cap: { messages: 1, hours: 16 },
  whenCapped: 'delay',
  hours: 'none',
  timezone: 'UTC',
};

const liquid = (max: number) => z.string().min(1).max(max);

export const emailContent = z.strictObject({
  channel: z.literal('email'),
  /** The name of a template. */
  template: z.string().min(1),
});

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Header names that the request needs for its own. */
const RESERVED_HEADERS =
  /^(host|content-length|transfer-encoding|connection|expect|upgrade|idempotency-key|webhook-(id|timestamp|signature))$/i;

/** What the body that Ortto's journeys send holds anyway. */
const OWN_KEYS = [
  'campaign_id',
  'campaign_name',
  'contact_id',
  'email',
  'id',
  'run_id',
  'shape_id',
  'shape_title',
].concat(['time', 'webhook_id', 'webhook_name']);

const headerName = z
  .string()
  .max(100)
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is not the name of a header')
  .refine((name) => !RESERVED_HEADERS.test(name), 'this header is set by Tributary');

const bodyKey = z
  .string()
  .min(1)
  .max(100)
  .refine((key) => !OWN_KEYS.includes(key), 'the body has something of that name already');

/** A request to a server. Address, headers and body are Liquid. */
export const webhookContent = z
  .strictObject({
    channel: z.literal('webhook'),
    /** Scheme and host stand as they are: what is known of a person must not choose who is told. */
    url: liquid(2000).regex(
      /^https?:\/\/[^\s/?#{}@\\]+([/?#]|$)/i,
      'begins with http:// or https:// and a host without Liquid',
    ),
    method: z.enum(METHODS).default('POST'),
    headers: z.record(headerName, z.string().max(4000)).optional(),
    /** Left out: what Ortto's journeys send (docs/sending.md), and nothing with GET and DELETE. */
    body: z.string().max(100_000).optional(),
    /** More of the person in the body that Ortto's journeys send: its name there, and the field's id. */
    fields: z
      .record(bodyKey, z.string())
      .refine((fields) => Object.keys(fields).length <= 10, 'at most 10 fields')
      .optional(),
    basicAuth: z.strictObject({ user: z.string().max(255), password: z.string().max(255) }).optional(),
    /** What people call it; the host where left out. */
    name: z.string().min(1).max(255).optional(),
  })
  .check(({ value, issues }) => {
    const wrong = (path: string, message: string): number =>
      issues.push({ code: 'custom', input: value, path: [path], message });
    const named = (wanted: string): boolean => Object.keys(value.headers ?? {}).some((n) => n.toLowerCase() === wanted);
    if (value.method === 'GET' && value.body !== undefined) wrong('body', 'GET carries none');
    if (value.fields && value.body !== undefined) wrong('fields', 'the body says all there is: name them there');
    if (value.basicAuth && named('authorization')) wrong('basicAuth', 'the headers have an Authorization already');
  });
export type WebhookContent = z.infer<typeof webhookContent>;

/** A note by e-mail to the team: neither tracked nor unsubscribed from. Subject and text are Liquid. */
export const noticeContent = z.strictObject({
  channel: z.literal('notice'),
  to: z.array(z.email()).min(1).max(20),
  subject: liquid(998),
  text: liquid(100_000),
});
export type NoticeContent = z.infer<typeof noticeContent>;

export const smsContent = z.strictObject({ channel: z.literal('sms'), text: liquid(1600) });
export const pushContent = z.strictObject({ channel: z.literal('push'), title: liquid(255), text: liquid(4000) });
export const inappContent = z.strictObject({
  channel: z.literal('inapp'),
  title: liquid(255).optional(),
  text: liquid(4000),
});
export const slackContent = z.strictObject({ channel: z.literal('slack'), text: liquid(4000) });

/** What a message says, and by which way it goes. */
export const messageContent = z.discriminatedUnion('channel', [
  emailContent,
  webhookContent,
  noticeContent,
  smsContent,
  pushContent,
  inappContent,
  slackContent,
]);
export type MessageContent = z.infer<typeof messageContent>;
export type MessageChannel = MessageContent['channel'];
