import type { DisplayType, Fields, IntakeItem } from '@tributary/model';
import type { z } from 'zod';
import type { Http } from './http.ts';

/**
 * What a connector is: knowledge of one outer system, without I/O of its own.
 * The host stores, schedules, retries and encrypts; the connector says what
 * to ask, what an answer means and what to write. It never sees the database.
 */
export interface Connector<Settings> {
  readonly id: string;
  readonly name: string;
  /** What a connection needs to be told, such as an address and a token. */
  readonly settings: z.ZodType<Settings>;
  /** What has to exist in Tributary before the connector can record anything. The host makes it. */
  readonly provides: Provided;
  /** Reads the hints out of a webhook's body. Throws `BadWebhook` where there is nothing to be read. */
  parseWebhook(body: string, contentType: string): Hint[];
  /** The activities it wants to hear of. */
  readonly hears: readonly string[];
  /** What an activity of a person means for the other side. Pure; an empty list where it means nothing. */
  hear(heard: Heard): Write[];
  /** What it means for the other side that a person's address, or another one, has not bounced any more. Pure. */
  hearUnmarked?(unmarked: Unmarked): Write[];
  /** The steps it adds to journeys, by name. */
  readonly actions: Readonly<Record<string, ConnectorAction>>;
  /** How many writes it takes at once; 50 where it does not say. */
  readonly writesAtOnce?: number;
  /** What it remembers of people with these keys that is personal: when they are deleted, the host takes it out. */
  about?(keys: readonly KeyOfPerson[]): PersonalMemory[];
  /** A connection at work. One at a time per connection, in one process. */
  open(settings: Settings, tools: Tools): Session;
}

/** What a person was found by. */
export interface KeyOfPerson {
  fieldId: string;
  value: string;
}

/** Memories of one kind, by their keys or by a property of theirs, and the texts in them that are personal. */
export interface PersonalMemory {
  kind: string;
  by: string;
  values: readonly string[];
  blank: readonly string[];
}

/** What has to exist where somebody records. */
export interface Provided {
  fields: readonly ProvidedField[];
  activities: readonly ProvidedActivity[];
}

/** A custom field of people: its id follows from name and type (`str:cm:kommo-lead-id`). */
export interface ProvidedField {
  name: string;
  type: DisplayType;
  /** People are found by it. */
  key?: true;
}

/** A custom activity: its id follows from the name (`act:cm:crm-stage-changed`). */
export interface ProvidedActivity {
  name: string;
  attributes: readonly { name: string; type: DisplayType }[];
}

/** Something over there may have changed. What it is now is read, never taken from the hint. */
export interface Hint {
  kind: string;
  id: string;
  /** What the webhook said of it; used only where nothing better is known. */
  said: Readonly<Record<string, string>>;
}

/** What a connector keeps between calls, as the host stores it for it. */
export interface Remembered {
  kind: string;
  key: string;
  value: Readonly<Record<string, unknown>>;
}

export interface Memory {
  /** What was remembered under those keys; keys never remembered are absent. */
  recall(kind: string, keys: readonly string[]): Promise<Map<string, Remembered['value']>>;
}

/** What was read: recorded and remembered in one transaction with the hints' removal. */
export interface Reading {
  items: IntakeItem[];
  remember: Remembered[];
}

/** A piece of what was there before. */
export interface Backfilled {
  reading: Reading;
  /** Where the next one begins; undefined after the last. */
  next: Remembered['value'] | undefined;
  /** What was read so far, in words: “1,250 contacts, 800 deals”. */
  told: string;
}

/** An activity that was recorded, with what a connector may need to place it. */
export interface Heard {
  activityId: string;
  id: string;
  at: Date;
  attributes: Fields;
  person: { id: string; fields: Fields };
  /** The attributes of the activity that started the run it belongs to, when it belongs to one. */
  entry: Fields | undefined;
}

/** A person who was marked as hard bounced and is not any more. */
export interface Unmarked {
  at: Date;
  person: { id: string; fields: Fields };
  /** What was asked to be written about them, oldest first. */
  written: readonly Pick<Write, 'kind' | 'target' | 'body'>[];
}

/** One thing to be written over there. `key` makes it once only, whoever asks how often. */
export interface Write {
  key: string;
  kind: string;
  /** The entity it goes to, so that several writes to one can become one call. */
  target: string;
  body: Readonly<Record<string, unknown>>;
}

export interface ConnectorAction {
  readonly name: string;
  /**
   * Judges the input twice: when a journey is published, but for what is Liquid, and when that was rendered. What it
   * makes of an input it takes again.
   */
  readonly input: z.ZodType<Readonly<Record<string, unknown>>>;
  /** The write that does it, or why it can not be done for this person. */
  write(input: Readonly<Record<string, unknown>>, of: ActionMoment): Omit<Write, 'key'> | { skip: string };
}

export interface ActionMoment {
  person: { id: string; fields: Fields };
  entry: Fields | undefined;
  requestedAt: Date;
}

/** A write that is due. */
export interface DueWrite extends Write {
  id: string;
  /** An earlier try may have got through without our knowing: look before writing again. */
  uncertain: boolean;
}

/**
 * What became of a write. Anything that time may put right is thrown as `RetryLater` instead. `moot`: what it was for is
 * gone, as who deleted it knows; there is nothing to be put right.
 */
export type WriteOutcome =
  | { id: string; done: true; reference?: string }
  | { id: string; done: false; why: string; moot?: boolean };

export interface Session {
  /**
   * Makes what it needs over there and subscribes the webhook; safe to repeat. Says what it found and made, in words.
   * `mirrored` is what the other connectors record with here, where it was asked to have that over there as well.
   */
  setUp(webhookUrl: string, mirrored?: Provided): Promise<SetUpReport>;
  /** Takes away what was subscribed, before the connection ends. Left out where nothing was. */
  leave?(webhookUrl: string): Promise<void>;
  /**
   * Resolves when a read need not wait for the other side's limit. Hooks are taken up only then, so that those which
   * come during the wait are read by the same request, and not by the next. Left out where there is no limit.
   */
  ready?(): Promise<void>;
  /** Reads what the hints point at, many at once. */
  read(hints: readonly Hint[], memory: Memory): Promise<Reading>;
  /**
   * Reads what happened since it was last asked, as far as the other side can tell: webhooks get lost, and nobody hears
   * them while we are down. Each reading is recorded before the next is asked for, and remembers how far it came, so that
   * what is told here and by a webhook is recorded once. The first time there is no past: it only remembers the moment.
   */
  catchUp?(memory: Memory): AsyncIterable<Reading>;
  /**
   * Reads one more piece of what was there before the account was connected, after `from`, or the first one: what is, and
   * nothing that happened. Few requests each, for it is asked for while there is nothing else to do.
   */
  backfill?(from: Remembered['value'] | undefined, memory: Memory): Promise<Backfilled>;
  /**
   * A cheap look, throws where the other side is not there: asked where one write fails alone, before it is given up.
   * Left out where catching up tells.
   */
  isThere?(): Promise<void>;
  /** Writes, few calls for many; yields outcomes as soon as they are known, so that a crash leaves few uncertain. */
  write(writes: readonly DueWrite[], memory: Memory): AsyncIterable<readonly WriteOutcome[]>;
}

export interface SetUpReport {
  /** The account's own name and id over there. */
  account: { id: string; name: string };
  made: string[];
  /** What was there of ours, and is no longer needed. */
  removed?: string[];
  found: string[];
  /** What does not work, and what that means for the user. */
  warnings: string[];
  /** Those of the warnings that somebody can and should put right over there: told of until they are gone. */
  lacking?: string[];
}

export interface Tools {
  http: Http;
  now(): Date;
  log(message: string, detail?: Readonly<Record<string, unknown>>): void;
}
