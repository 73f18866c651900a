import type { Account } from './account.ts';
import type { Act } from './act.ts';
import type { EventRecord, Lead } from './model.ts';

type Happened = Pick<EventRecord, 'type' | 'entity_type' | 'entity_id'> &
  Partial<Pick<EventRecord, 'value_before' | 'value_after'>>;

const kept = 50_000;

/** Writes down an event for `/events`, the feed a lost webhook can be made good from. */
export function recordEvent(account: Account, act: Act, happened: Happened): void {
  const number = account.nextId('event').toString(36);
  account.events.push({
    value_before: [],
    value_after: [],
    ...happened,
    id: `01k${number.padStart(23, '0')}`,
    created_by: act.by,
    created_at: act.at,
  });
  if (account.events.length > kept + 5_000) account.events.splice(0, 5_000);
}

export function leadStatus(lead: Pick<Lead, 'status_id' | 'pipeline_id'>): Record<string, unknown>[] {
  return [{ lead_status: { id: lead.status_id, pipeline_id: lead.pipeline_id } }];
}
