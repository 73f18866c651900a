import type { MessageRow } from '../../messages/index.ts';
import type { RunOfPerson } from '../store/explain.sql.ts';
import type { WholeJourney } from '../store/trial.sql.ts';
import type { personTold } from '../trial/person.ts';
import type { Entering } from './entering.ts';
import type { Standing } from './standing.ts';

/** Why somebody is where they are. */
export interface Explanation {
  person: ReturnType<typeof personTold> & { archived_at?: Date; unsubscribed: boolean; suppressed?: string };
  journeys: JourneyExplained[];
}

export interface JourneyExplained {
  journey: { id: string; name: string; state: WholeJourney['state']; version: number | null };
  /** For people to read. */
  lines: string[];
  /** The newest first. */
  runs: RunExplained[];
  entry: Entering;
}

export interface RunExplained {
  id: string;
  /** Null: a try, whose version is its own. */
  version: number | null;
  test: boolean;
  entered_at: Date;
  entry: RunOfPerson['entry'];
  shape: string | null;
  /** What the shape is called, here and below, where it has a title. */
  title?: string | undefined;
  arrived_at: Date;
  goal_at: Date | null;
  standing: Standing;
  moves: { at: Date; shape: string | null; title?: string | undefined; did: string }[];
  messages: MessageExplained[];
  /** The steps that went wrong, and why. */
  failures: { at: Date; shape: string; title?: string | undefined; reason: string }[];
}

export interface MessageExplained {
  id: string;
  shape: string | null;
  title?: string | undefined;
  template: string | null;
  subject: string | null;
  state: MessageRow['state'];
  /** Why it was not sent, or stands where it stands. */
  reason: string | null;
  queued_at: Date;
  sent_at: Date | null;
  opened_at: Date | null;
  clicked_at: Date | null;
  replied_at: Date | null;
}

export interface ExplainAsked {
  /** By its name or its id; all journeys where it is left out. */
  journey?: string | undefined;
  /** One shape only, and whether it was reached. */
  shape?: string | undefined;
  /** The journey and the shape that a message came from. */
  message?: string | undefined;
}
