import { type Fields, idAt, type MessageContent, publicId, type SendingRules, stepTitle } from '@tributary/model';
import { type Counted, counts, judge, type Objection, type Verdict } from '../../messages/index.ts';
import { HARD_BOUNCED } from '../../people/index.ts';
import { minute } from '../engine/doing.ts';
import { durationInWords } from './duration.ts';
import type { Life } from './life.ts';
import type { OutboxEntry, PathEnd } from './path.ts';
import type { Delivery, Scene, Waits } from './scene.ts';

/** A message that a shape asks for. */
export interface AskedMessage {
  shapeId: string;
  content: MessageContent;
  rules: SendingRules;
  /** What activities about it carry. */
  about: Fields;
}

/** What became of a message, and what the run may listen to. */
export interface TakenUp {
  delivery: Delivery;
  heard: string[];
}

/** The messages of a simulation: by the rules of sending each goes, waits on the simulation's clock, or is not sent. */
export interface TrialOutbox {
  ask(message: AskedMessage, now: Date): TakenUp;
  /** When the next that waits is to be taken up again. */
  dueAt(): Date | undefined;
  /** Takes up what is due, the oldest first. */
  takeUp(now: Date): { told: OutboxEntry[]; heard: string[] };
  /** What this shape sent has come back: its place under the caps is free, and what waits for one is due. */
  giveBack(shapeId: string, now: Date): void;
  /** The run has left: what is not sent any more for that is due. */
  hearLeft(now: Date): void;
  waiting(): PathEnd['waiting'];
  /** When a shape last sent its message, or when the one that waits may go; null where none of those asked for was sent. */
  had(shapeId: string): Date | null | undefined;
}

interface Waiting {
  message: AskedMessage;
  askedAt: Date;
  dueAt: Date;
  waits: Waits;
}

export function createOutbox(
  scene: Scene,
  life: Life,
  /** A message has left, with what activities about it carry. */
  sent: (shapeId: string, at: Date, about: Fields) => void,
  /** What the run has against its messages at this moment. */
  objection: () => Objection | undefined,
): TrialOutbox {
  const { sending, fail, personId, version } = scene;
  const counted: (Counted & { shapeId?: string })[] = sending.counted.map((one) => ({ ...one, personId }));
  let waiting: Waiting[] = [];
  const sentAt = new Map<string, Date | null>();

  const verdictOn = ({ content: { channel }, rules }: AskedMessage, queuedAt: Date, now: Date): Verdict => {
    const { fields } = life;
    const bounced = fields['bol::hb'] === true && scene.fields['bol::hb'] !== true ? HARD_BOUNCED : undefined;
    const topic = rules.topic === undefined ? undefined : sending.topics.get(rules.topic);
    const message = { channel, rules, defaults: sending.defaults, queuedAt, countedAt: null };
    const person = {
      ...{ id: personId, fields, tags: [], createdAt: scene.start },
      ...{ lastSeenAt: undefined, archivedAt: sending.archivedAt },
    };
    const suppressed = sending.suppressed ?? bounced;
    return judge({ message, person, suppressed, standing: topic?.standing, objection: objection() }, counted, now);
  };

  /** Sent, or not: what is told of it, and what happens to the person by it. */
  const settle = (message: AskedMessage, verdict: Exclude<Verdict, { do: 'wait' }>, now: Date): TakenUp => {
    const { shapeId, content, rules } = message;
    const { channel } = content;
    const of = { fields: life.fields, now, about: message.about };
    const made = { ...scene.make(content, of), ...topicOf(scene, rules) };
    const reason = verdict.do === 'skip' ? verdict.reason : (fail.get(shapeId) ?? made.not_sent);
    const delivery: Delivery = reason === undefined ? made : { ...made, not_sent: reason };
    const about = { ...message.about, ...aboutMessage(message, delivery, now, life.activities.length) };
    if (reason === undefined) {
      if (counts({ channel, rules })) counted.push({ personId, channel, countedAt: now, shapeId });
      sent(shapeId, now, about);
      sentAt.set(shapeId, now);
    } else if (!sentAt.has(shapeId)) sentAt.set(shapeId, null);
    // Of a note, each whom it goes to is told of.
    const each = content.channel === 'notice' ? [...new Set(content.to)] : [''];
    return { delivery, heard: each.flatMap(() => life.happen(toldOf(channel, about, reason), now)) };
  };

  const takeUp = (message: AskedMessage, askedAt: Date, now: Date): TakenUp => {
    const verdict = verdictOn(message, askedAt, now);
    if (verdict.do !== 'wait') return settle(message, verdict, now);
    const { for: rule, until, reason: why } = verdict;
    const waits: Waits = { for: rule, until, why, told: `waits to be sent until ${minute(until)}: ${why}` };
    waiting.push({ message, askedAt, dueAt: until, waits });
    const { content, rules } = message;
    const template = content.channel === 'email' ? { template: content.template } : {};
    return { delivery: { channel: content.channel, ...template, ...topicOf(scene, rules), waits }, heard: [] };
  };

  const titled = (shapeId: string): { title?: string } => {
    const title = stepTitle(version.definition.shapes, shapeId);
    return title === undefined ? {} : { title };
  };

  return {
    ask: (message, now) => takeUp(message, now, now),
    dueAt: () => waiting.map(({ dueAt }) => dueAt).sort((a, b) => a.getTime() - b.getTime())[0],
    takeUp(now) {
      // In the order in which they became due, and of those the oldest first, as the outbox takes them.
      const due = waiting
        .filter(({ dueAt }) => dueAt <= now)
        .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || a.askedAt.getTime() - b.askedAt.getTime());
      waiting = waiting.filter((one) => !due.includes(one));
      const heard: string[] = [];
      const told = due.map(({ message, askedAt, waits }): OutboxEntry => {
        const taken = takeUp(message, askedAt, now);
        heard.push(...taken.heard);
        return {
          ...{ at: now, shape: message.shapeId, kind: version.definition.shapes[message.shapeId]!.kind },
          ...titled(message.shapeId),
          outbox: inWords(taken.delivery, durationInWords(now.getTime() - askedAt.getTime()), waits),
          message: taken.delivery,
        };
      });
      return { told, heard };
    },
    giveBack(shapeId, now) {
      const place = counted.findLastIndex((one) => one.shapeId === shapeId);
      if (place < 0) return;
      counted.splice(place, 1);
      for (const one of waiting) if (one.waits.for === 'cap' && one.dueAt > now) one.dueAt = now;
    },
    hearLeft(now) {
      if (objection()?.lasts) for (const one of waiting) if (one.dueAt > now) one.dueAt = now;
    },
    had(shapeId) {
      const due = waiting.findLast(({ message }) => message.shapeId === shapeId)?.dueAt;
      return due ?? sentAt.get(shapeId);
    },
    waiting: () => waiting.map(({ message: { shapeId: shape }, waits }) => ({ shape, ...titled(shape), waits })),
  };
}

/** What became of one that had waited, for people to read. */
function inWords({ waits, not_sent }: Delivery, after: string, before: Waits): string {
  if (waits) return `waits on until ${minute(waits.until)}: ${waits.why}`;
  if (not_sent !== undefined) return `is not sent, ${after} after it was asked for: ${not_sent}`;
  return `is sent, ${after} after it was asked for: it had waited for ${before.for === 'cap' ? 'its turn' : 'its hours'}`;
}

function topicOf({ sending }: Scene, { topic, transactional }: SendingRules): Pick<Delivery, 'topic'> {
  const found = topic === undefined || transactional ? undefined : sending.topics.get(topic);
  if (!found) return {};
  const { standing, source } = found;
  const audience = 'name' in standing ? standing.name : topic!;
  return { topic: { audience, holds: standing.is === 'member' && !standing.saidNoToMail, source } };
}

/** As the outbox tells timelines: an e-mail was sent or skipped; of all others, a step went well or failed. */
function toldOf(channel: MessageContent['channel'], about: Fields, reason: string | undefined) {
  if (channel !== 'email') {
    const id = reason === undefined ? 'act::sja' : 'act::fja';
    return { id, attributes: { ...about, 'str::pat': channel, 'str::jsl': reason ?? 'done' } };
  }
  return reason === undefined
    ? { id: 'act::s', attributes: about }
    : { id: 'act::sk', attributes: { ...about, 'str::rn': reason } };
}

/** As the activities about a message name it. */
function aboutMessage({ rules }: AskedMessage, { template, subject }: Delivery, now: Date, place: number): Fields {
  return {
    'str::ct': 'journey',
    'idt::mi': publicId(idAt(now, BigInt(place)), 'message'),
    ...(template === undefined ? {} : { 'str::asn': template }),
    ...(subject === undefined ? {} : { 'str::s': subject }),
    'bol::t': rules.transactional === true,
  };
}
