import type { DueWrite } from '@tributary/connector-kit';
import type { Entity } from '../entity.ts';
import type { StageRef } from '../reading/find-stage.ts';
import type { Api } from '../rest/api.ts';
import { list } from '../rest/lists.ts';
import { eventsIn, handoversIn } from '../rest/records.ts';

/** A change of a deal that may have been made, asked for at that moment. */
interface Asked {
  entity: Entity;
  at: number;
  writes: readonly DueWrite[];
}

/** Clocks differ, and events carry whole seconds. */
const skew = 60;
/** `filter[entity_id]` of events takes as many; a page is shorter than other pages (Kommo and amoCRM, "Events"). */
const dealsAtOnce = 10;
const eventsPage = 100;
/** An account may forbid its events (402, 403): then where the deal is now has to do. */
const mayRefuse = [402, 403];

/** Those of these moves that Kommo's events tell of, since they were asked for. */
export async function movesSince<T extends Asked & { wanted: { to: StageRef } }>(
  api: Api,
  asked: readonly T[],
): Promise<Set<T>> {
  const events = eventsIn(await eventsAbout(api, 'lead_status_changed', asked));
  return told(asked, events, ({ value_after }, { wanted: { to } }) =>
    value_after.some(({ lead_status: { id, pipeline_id } }) => id === to.statusId && pipeline_id === to.pipelineId),
  );
}

/** Those of these users that Kommo's events say the deal was given to, since that was asked for. */
export async function handoversSince<T extends Asked & { wanted: { userId: number } }>(
  api: Api,
  asked: readonly T[],
): Promise<Set<T>> {
  const events = handoversIn(await eventsAbout(api, 'entity_responsible_changed', asked));
  return told(asked, events, ({ value_after }, { wanted: { userId } }) =>
    value_after.some(({ responsible_user }) => responsible_user.id === userId),
  );
}

async function eventsAbout(api: Api, type: string, asked: readonly Asked[]): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (let i = 0; i < asked.length; i += dealsAtOnce) {
    const some = asked.slice(i, i + dealsAtOnce);
    const query: [string, string][] = [
      ['filter[type][]', type],
      ['filter[entity][]', 'lead'],
      ...some.map(({ entity }): [string, string] => ['filter[entity_id][]', entity.id]),
      ['filter[created_at][from]', String(Math.min(...some.map(since)))],
    ];
    rows.push(...(await list(api, '/events', 'events', query, undefined, { size: eventsPage, also: mayRefuse })));
  }
  return rows;
}

function since({ at }: Asked): number {
  return Math.max(0, Math.floor(at / 1000) - skew);
}

function told<T extends Asked, E extends { entity_id: number; created_at: number }>(
  asked: readonly T[],
  events: readonly E[],
  says: (event: E, one: T) => boolean,
): Set<T> {
  return new Set(
    asked.filter((one) =>
      events.some(
        (event) => String(event.entity_id) === one.entity.id && event.created_at >= since(one) && says(event, one),
      ),
    ),
  );
}
