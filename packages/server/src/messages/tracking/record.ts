import type { IntakeItem } from '@tributary/model';
import { about, clip } from '../about.ts';
import type { TrackedMessage } from '../store/tracking.sql.ts';
import { machineReason } from './machine.ts';
import { deviceOf } from './user-agent.ts';

/** Somebody, or something, touched a message. */
export interface Touch {
  /** Makes it once: recorded again, after a crash, it is the same. */
  id: string;
  did: 'open' | 'click' | 'unsubscribe';
  workspaceId: number;
  messageId: string;
  at: Date;
  method: string;
  userAgent: string | undefined;
  purpose: string | undefined;
  /** A click's. */
  url?: string;
  link?: number;
  /** How somebody unsubscribed. */
  context?: string;
  /** It was held for a moment already, or is from before: it is recorded as what is known of it now. */
  settled?: true;
}

/** At most this many attributes on an activity (Ortto help, a-235): what comes last goes first. */
const ATTRIBUTES_MAX = 15;

const activities = { open: 'act::o', click: 'act::c', unsubscribe: 'act::u-all' } as const;

/** As long after a mail has left most scanners are done with it. */
const EARLY_MS = 60_000;

/** Why a touch is taken for a machine's. Nobody but a person presses a button. */
export function machineBehind(touch: Touch, message: TrackedMessage, hurried: boolean): string | undefined {
  if (touch.did === 'unsubscribe') return undefined;
  return machineReason({
    hurried,
    to: touch.did,
    method: touch.method,
    userAgent: touch.userAgent,
    purpose: touch.purpose,
    sinceSentMs: sinceSent(touch, message),
  });
}

/** Whether it is held for a moment: so soon after the mail has left it may be the first of a scanner's many. */
export function isEarly(touch: Touch, message: TrackedMessage): boolean {
  if (touch.did === 'unsubscribe' || touch.settled) return false;
  return (sinceSent(touch, message) ?? EARLY_MS) < EARLY_MS;
}

/** A message whose sending is not written down yet was sent this moment. */
function sinceSent(touch: Touch, message: TrackedMessage): number | undefined {
  if (message.sentAt) return touch.at.getTime() - message.sentAt.getTime();
  return message.state === 'sending' ? 0 : undefined;
}

/** What a touch adds to the person's timeline, and, unsubscribing, to what we may send them. */
export function itemOf(touch: Touch, message: TrackedMessage, machine: string | undefined): IntakeItem {
  const { browser, platform, device } = deviceOf(touch.userAgent);
  const attributes = {
    ...about(message),
    ...(touch.did === 'click' ? { 'str::c': clip(touch.url ?? ''), 'int::li': touch.link ?? 0 } : {}),
    ...(touch.did === 'unsubscribe'
      ? { 'str::is': 'Email', 'str::u-ctx': clip(touch.context ?? '') }
      : {
          'bol::m': machine !== undefined,
          'str::rn': machine,
          'str::b': browser,
          'str::p': platform,
          'str::d': device,
        }),
  };
  const known = Object.entries(attributes).flatMap(([id, value]) =>
    value === undefined ? [] : [[id, value] as const],
  );
  return {
    who: { personId: message.personId },
    // In the same item as the activity, so that the permission changes with it or not at all.
    fields: touch.did === 'unsubscribe' ? { 'bol::p': false } : {},
    source: 'Email',
    activity: {
      id: activities[touch.did],
      attributes: Object.fromEntries(known.slice(0, ATTRIBUTES_MAX)),
      at: touch.at,
      key: `touch/${touch.id}`,
    },
  };
}
