import { z } from 'zod';
import { issueInWords } from '../../issue.ts';
import {
  emailContent,
  inappContent,
  type MessageContent,
  messageContent,
  noticeContent,
  pushContent,
  sendingRules,
  slackContent,
  smsContent,
  webhookContent,
} from '../../sending.ts';
import { doing, leadsOn, type ShapeModel } from './common.ts';

/** What a shape that tells somebody something says beside what that is. */
const told = { ...doing, next: z.string() };
/** The same of what goes to the person: its rules, over those of the journey and of the workspace. */
const sent = { ...told, sending: sendingRules.optional() };

const { channel: _email, ...email } = emailContent.shape;
const { channel: _sms, ...sms } = smsContent.shape;
const { channel: _push, ...push } = pushContent.shape;
const { channel: _inapp, ...inapp } = inappContent.shape;
const { channel: _webhook, ...webhook } = webhookContent.shape;
const { channel: _notice, ...notice } = noticeContent.shape;
const { channel: _slack, ...slack } = slackContent.shape;

const emailShape = z.strictObject({ kind: z.literal('email'), ...email, ...sent });
const smsShape = z.strictObject({ kind: z.literal('sms'), ...sms, ...sent });
/** Their title is what the person reads, and so what the shape is called. */
const pushShape = z.strictObject({ kind: z.literal('push'), ...sent, ...push });
const inappShape = z.strictObject({ kind: z.literal('inapp'), ...sent, ...inapp });
/** Tells somebody else: a server, the team. No rule of sending holds for these. */
const webhookShape = z.strictObject({ kind: z.literal('webhook'), ...webhook, ...told });
const noticeShape = z.strictObject({ kind: z.literal('notice'), ...notice, ...told });
const slackShape = z.strictObject({ kind: z.literal('slack'), ...slack, ...told });

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

const KINDS: ReadonlySet<string> = new Set(messageShapes.map(({ shape }) => shape.kind.value));

export const isMessageShape = (shape: { kind: string }): shape is MessageShape => KINDS.has(shape.kind);

export const message: ShapeModel<MessageShape> = {
  ...leadsOn,
  // What its parts have to do with each other.
  problems: (shape) =>
    (messageContent.safeParse(contentOf(shape)).error?.issues ?? []).map((issue) => ({
      at: issue.path.join('.'),
      problem: issueInWords(issue),
    })),
};

const OF_THE_SHAPE = new Set([...Object.keys(sent), 'kind']);

/** What the shape sends, as messages takes it. */
export function contentOf(shape: MessageShape): MessageContent {
  const isRead = shape.kind === 'push' || shape.kind === 'inapp';
  const content = Object.entries(shape).filter(([key]) => !OF_THE_SHAPE.has(key) || (isRead && key === 'title'));
  return { channel: shape.kind, ...Object.fromEntries(content) } as MessageContent;
}
