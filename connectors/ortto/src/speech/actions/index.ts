import type { ConnectorAction } from '@tributary/connector-kit';
import { activity } from './activity.ts';
import { merge } from './merge.ts';

/** The steps Ortto adds to journeys. */
export const actions: Readonly<Record<string, ConnectorAction>> = { merge, activity };
