import type { Fields, Filter, Leaf, MessageContent, Names, SendingDefaults, Value } from '@tributary/model';
import type { Standing } from '../../audiences/index.ts';
import type { Counted, WaitsFor } from '../../messages/index.ts';
import type { RunState } from '../engine/run-state.ts';
import type { Version } from '../versions.ts';
import type { ScriptEvent } from './script.ts';

/** All that a simulation looks at. Pure: the same scene plays out the same way. */
export interface Scene {
  version: Version;
  personId: string;
  /** What is known of the person at the beginning; tags stand under `tags`. */
  fields: Fields;
  entry: Fields;
  start: Date;
  /** Whatever goes on then is told as unfinished. */
  until: Date;
  events: readonly ScriptEvent[];
  /** Steps that are to fail, by shape, and with what reason. */
  fail: ReadonlyMap<string, string>;
  names: Names;
  /** Answers that are not found in the scene, and where they come from. */
  known(condition: Filter, life: Answering): { holds: boolean; source: string } | undefined;
  choose(shapeId: string, parts: readonly { name: string; share: number }[]): { name: string; by: string };
  winner(shapeId: string): string | undefined;
  lastDone(shapeId: string): Date | undefined;
  /** Whether an activity moves when the person was last seen. */
  touches(activityId: string): boolean;
  /** A value as its field keeps it, or why it can not be written. */
  kept(fieldId: string, value: Value): { value: Value } | { problem: string };
  /** A text as a value of a field. */
  read(fieldId: string, text: string): Value;
  /** What the rules of sending look at. */
  sending: SceneSending;
  /** The message as this person would get it, or why it can not be made. `about` is what activities about it carry. */
  make(content: MessageContent, of: { fields: Fields; now: Date; about: Fields }): Delivery;
  /** Why a connector does not take this input, as it is rendered. */
  refused(action: { connector: string; action: string; input: Readonly<Record<string, unknown>> }): string | undefined;
  /** Throws where it can not be rendered. */
  render(text: string, fields: Fields, now: Date): string;
}

/** What the rules of sending look at beside the message and the person's fields. */
export interface SceneSending {
  /** What holds for messages that bring no rules of their own. */
  defaults: SendingDefaults;
  archivedAt: Date | undefined;
  /** Why the person's address gets no mail, if it is so. */
  suppressed: string | undefined;
  /** What counts for the person's caps at the beginning. */
  counted: readonly Counted[];
  /** What the person is to an audience that a message names as its topic. */
  topics: ReadonlyMap<string, TopicStanding>;
}

export interface TopicStanding {
  standing: Standing;
  /** Where that comes from, in words. */
  source: string;
}

/** What a condition about all that ever happened is asked beside the database. */
export interface Answering {
  occurred(condition: Leaf): boolean;
}

/** A message as it would be, or why it would not go. */
export interface Delivery {
  channel: MessageContent['channel'];
  /** E-mail and notes: the addresses. */
  to?: string | undefined;
  from?: string | undefined;
  /** E-mail: the template's name. */
  template?: string | undefined;
  subject?: string | undefined;
  html?: string | undefined;
  text?: string | undefined;
  /** Of other channels: what it is made of. */
  content?: Readonly<Record<string, unknown>> | undefined;
  not_sent?: string | undefined;
  /** Its rules make it wait: it is not sent yet. */
  waits?: Waits | undefined;
  /** Where the rules name a topic: whether the person gets its mail, and where that comes from. */
  topic?: { audience: string; holds: boolean; source: string } | undefined;
}

/** For which rule a message waits, and until when, as things stand. */
export interface Waits {
  for: WaitsFor;
  until: Date;
  why: string;
  /** All of it, in a sentence. */
  told: string;
}

/** The run of a simulation, as it begins. It has no number of its own: none is used up. */
export function runOf({ version, personId, entry, start }: Scene, ids: { run: string; entry: string }): RunState {
  return {
    id: ids.run,
    personId,
    journeyId: version.journeyId,
    version: version.version,
    entryActivityId: ids.entry,
    entryAt: start,
    entry,
    ...{ enteredAt: start, arrivedAt: start, dueAt: start, listens: version.listens },
    ...{ shapeId: null, leftAt: null, leftReason: null, goalAt: null, endedAt: null, parkedError: null },
    ...{ memory: {}, heldOut: false, held: false, test: false },
  };
}
