import type { KommoSandbox } from '@tributary/kommo-sandbox';
import type { Mailbox } from '../messages/index.ts';
import type { MovableClock } from '../platform/clock.ts';
import type { Tributary } from '../tributary.ts';
import type { Stage } from './stage.ts';

/** What the story is played with. */
export interface Play {
  stage: Stage;
  tributary: Tributary;
  sandbox: KommoSandbox;
  mailbox: Mailbox;
  clock: MovableClock;
}

/** Calls Ortto's API as a script of the team would, with a key. */
export type Api = (path: string, body: object) => Promise<unknown>;
