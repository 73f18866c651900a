import type { MessageContent, SendingRules, Value } from '@tributary/model';
import type { RunMemory } from './run-state.ts';

/** Something a move sets off. It is written in the same transaction as the move. */
export type Effect =
  | { kind: 'message'; content: MessageContent; sending: SendingRules | undefined }
  | { kind: 'action'; connector: string; action: string; input: Readonly<Record<string, string | number | boolean>> }
  | {
      kind: 'change';
      set: Readonly<Record<string, Value>>;
      clear: readonly string[];
      add: readonly string[];
      remove: readonly string[];
      /** How it went is told by an activity: somebody waits to hear. */
      tell: boolean;
    }
  | { kind: 'pass'; do: 'add' | 'remove'; journey: string; tell: boolean }
  /** The person has had the shape: it asks how often. */
  | { kind: 'done' }
  | { kind: 'goal'; name: string };

/** What a shape makes of a moment: on to the next, waiting here, or the end. `did` is for people to read. */
export type Move =
  | { do: 'go'; to: string; did: string; effects?: readonly Effect[]; remember?: RunMemory }
  /** Without `until`, only what happens ends the wait. */
  | { do: 'wait'; until?: Date | undefined; did: string; effects?: readonly Effect[]; remember?: RunMemory }
  | { do: 'leave'; reason: string; heldOut?: true };
