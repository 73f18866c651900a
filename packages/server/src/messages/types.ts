import type { Fields, MessageChannel, MessageContent, SendingRules } from '@tributary/model';
import type { Queryable } from '../platform/database/pool.ts';

/** A message that somebody wants a person to get. */
export interface MessageRequest {
  workspaceId: number;
  personId: string;
  content: MessageContent;
  /** Of what is left out, what the workspace says holds. */
  rules?: SendingRules | undefined;
  /** The same request, asked for again, is the same message. */
  requestKey: string;
  journeyId?: number | undefined;
  runId?: string | undefined;
  shapeId?: string | undefined;
  /** The activity that started it, such as `act:cm:demo-booked`, and its attributes: Liquid's `activity.…`. */
  entryActivityId?: string | undefined;
  entry: Fields;
  /**
   * What every activity about the message carries (`idt::c`, `str::cn`, `str::ct`, `str::jsi`, `idt::jri`, and the
   * shape's title, `str::jst`, where it has one).
   */
  attributes: Fields;
  /** Not before then. */
  at: Date;
}

/**
 * Where a message stands. `uncertain`: it was on its way when the answer was
 * lost, so nobody can tell whether it arrived. `skipped`: it was not to be sent.
 */
export type MessageState = 'queued' | 'sending' | 'uncertain' | 'sent' | 'skipped' | 'bounced' | 'failed';

/** The lines messages stand in: what goes through the mail server, and requests to other servers. */
export type LaneName = 'mail' | 'web';

/** The rule for whose sake a message waits. */
export type WaitsFor = 'cap' | 'hours' | 'journey';

/** Whose step asked for a message. */
export interface OfRun {
  runId: string;
  shapeId: string;
}

/** A run that has left, whose person it was, and since when it has asked for messages. */
export interface LeftRun {
  id: string;
  personId: string;
  enteredAt: Date;
}

/** Why a message is not to leave now, or, where that lasts, not at all. */
export interface Objection {
  lasts: boolean;
  reason: string;
}

/** What journeys say against messages that their runs asked for, each in its place. */
export type Objections = (db: Queryable, asked: readonly OfRun[]) => Promise<readonly (Objection | undefined)[]>;

/** A message that counts for the caps of its person, and since when. */
export interface Counted {
  personId: string;
  channel: MessageChannel;
  countedAt: Date;
}

/** What is done with an uncertain message: sent again under the same Message-ID, or held for the operator. */
export type WhenUncertain = 'resend' | 'hold';

/** How a field or an attribute is shown, where it matters to a template: decimals and currency are ×1000 on the wire. */
export interface DisplayTypes {
  /** Times are shown in the person's time zone, and in this where that is not known. */
  timezone: string;
  field(id: string): string | undefined;
  /** Of an attribute of this activity, or where that is not known, as all activities agree that have one of this id. */
  attribute(activityId: string | undefined, id: string): string | undefined;
}

/** Why an uncertain message is not sent again that was let go of. Whether it has arrived, nobody can tell. */
export const DROPPED = 'dropped by the operator, who could not tell whether it had arrived';
