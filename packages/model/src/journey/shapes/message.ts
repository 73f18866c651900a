import { z } from 'zod';
import {
  emailContent,
  inappContent,
  type MessageContent,
  noticeContent,
  pushContent,
  sendingRules,
  slackContent,
  smsContent,
  webhookContent,
} from '../../sending.ts';
import { doing, leadsOn, type ShapeModel } from './common.ts';

/** What a shape that sends something says beside what it sends. */
const sent = {
  ...doing,
  /** Over the rules of the journey and of the workspace. */
  sending: sendingRules.optional(),
  next: z.string(),
};

/** Sends the person an e-mail made from a template. */
export const emailShape = emailContent
  .omit({ channel: true })
  .extend({ ...sent, kind: z.literal('email') })
  .strict();
export const smsShape = smsContent
  .omit({ channel: true })
  .extend({ ...sent, kind: z.literal('sms') })
  .strict();
export const pushShape = pushContent
  .omit({ channel: true })
  .extend({ ...sent, kind: z.literal('push') })
  .strict();
export const inappShape = inappContent
  .omit({ channel: true })
  .extend({ ...sent, kind: z.literal('inapp') })
  .strict();

/** Tells somebody else: a server, the team. No rule of sending holds for these. */
export const webhookShape = webhookContent
  .omit({ channel: true })
  .extend({ ...doing, kind: z.literal('webhook'), next: z.string() })
  .strict();
export const noticeShape = noticeContent
  .omit({ channel: true })
  .extend({ ...doing, kind: z.literal('notice'), next: z.string() })
  .strict();
export const slackShape = slackContent
  .omit({ channel: true })
  .extend({ ...doing, kind: z.literal('slack'), next: z.string() })
  .strict();

export const messageShapes = [
  emailShape,
  smsShape,
  pushShape,
  inappShape,
  webhookShape,
  noticeShape,
  slackShape,
] as const;
export type MessageShape = z.infer<(typeof messageShapes)[number]>;

export const message: ShapeModel<MessageShape> = leadsOn;

const OF_THE_SHAPE = new Set([...Object.keys(sent), 'kind']);

/** What the shape sends, as messages takes it. */
export function contentOf(shape: MessageShape): MessageContent {
  const content = Object.entries(shape).filter(([key]) => !OF_THE_SHAPE.has(key));
  return { channel: shape.kind, ...Object.fromEntries(content) } as MessageContent;
}
