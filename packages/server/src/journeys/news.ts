import type { Fields } from '@tributary/model';

/** Steps that a connector is asked to take, left in the transaction of the moves that ask. */
export interface JourneyActions {
  workspaceId: number;
  actions: {
    /** The same request is one action, however often its news is handled. */
    key: string;
    connector: string;
    action: string;
    input: Readonly<Record<string, string | number | boolean>>;
    personId: string;
    runId: string;
    shapeId: string;
    journeyName: string;
    shapeTitle?: string | undefined;
    campaignId: string;
    entryActivity: string;
    entry: Fields;
    at: string;
  }[];
}

/** People whom steps of one journey put into another, or take out of it. */
export interface JourneyPasses {
  workspaceId: number;
  passes: Passed[];
}

/** A step that puts its person into another journey, or takes them out of it. */
export interface Passed {
  do: 'add' | 'remove';
  /** The other journey's name. */
  journey: string;
  personId: string;
  /** The run that asks, where it is, and what started it. */
  runId: string;
  journeyId: number;
  version: number;
  shapeId: string;
  entry: Fields;
  /** How many journeys one after the other have passed the person on. */
  depth: number;
  /** The run waits to hear how it went. */
  tell: boolean;
}

declare module '../platform/news.ts' {
  interface News {
    'journeys.action': JourneyActions;
    'journeys.pass': JourneyPasses;
  }
}
