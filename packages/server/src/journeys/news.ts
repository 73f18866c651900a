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
    campaignId: string;
    entryActivity: string;
    entry: Fields;
    at: string;
  }[];
}

declare module '../platform/news.ts' {
  interface News {
    'journeys.action': JourneyActions;
  }
}
