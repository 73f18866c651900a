import type { MessageContent } from '@tributary/model';
import { send, type Tx } from '../../platform/database/pool.ts';
import type { LaneName, MessageRequest } from '../types.ts';
import { ensureContents } from './content.sql.ts';

const laneOf = ({ channel }: MessageContent): LaneName => (channel === 'webhook' ? 'web' : 'mail');

/**
 * Writes requests down; those written down before stay as they are. One whose
 * template is not there says so already, and fails when it is taken up. Returns the lanes they go by.
 */
export async function insertMessages(tx: Tx, requests: readonly MessageRequest[]): Promise<Set<LaneName>> {
  const own = requests.flatMap((r) =>
    r.content.channel === 'email' ? [] : [{ workspaceId: r.workspaceId, content: r.content, at: r.at }],
  );
  const numbers = (await ensureContents(tx, own)).values();
  send(tx, {
    name: 'message.insert',
    text: `insert into message (id, workspace_id, person_id, channel, lane, template_id, content_id, rules, journey_id,
             run_id, shape_id, entry_activity_id, entry, attributes, request_key, queued_at, state, due_at, reason)
           select time_ordered_id(r.at, nextval('message_number')), r.workspace_id, r.person_id, r.channel, r.lane,
                  t.id, r.content_id, r.rules, r.journey_id, r.run_id, r.shape_id, r.entry_activity_id, r.entry,
                  r.attributes, r.key, r.at, 'queued', r.at,
                  case when r.template is not null and t.id is null
                       then 'there is no template "' || r.template || '"' end
           from unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[], $7::jsonb[], $8::text[],
                       $9::int[], $10::bigint[], $11::text[], $12::text[], $13::jsonb[], $14::jsonb[],
                       $15::timestamptz[])
                with ordinality as r(workspace_id, person_id, channel, lane, template, content_id, rules, key,
                                     journey_id, run_id, shape_id, entry_activity_id, entry, attributes, at, place)
           left join template t on t.workspace_id = r.workspace_id and t.name = r.template
           order by r.place
           on conflict (workspace_id, request_key) do nothing`,
    values: [
      requests.map((r) => r.workspaceId),
      requests.map((r) => r.personId),
      requests.map((r) => r.content.channel),
      requests.map((r) => laneOf(r.content)),
      requests.map((r) => (r.content.channel === 'email' ? r.content.template : null)),
      requests.map((r) => (r.content.channel === 'email' ? null : numbers.next().value!)),
      requests.map((r) => JSON.stringify(r.rules ?? {})),
      requests.map((r) => r.requestKey),
      requests.map((r) => r.journeyId ?? null),
      requests.map((r) => r.runId ?? null),
      requests.map((r) => r.shapeId ?? null),
      requests.map((r) => r.entryActivityId ?? null),
      requests.map((r) => JSON.stringify(r.entry)),
      requests.map((r) => JSON.stringify(r.attributes)),
      requests.map((r) => r.at),
    ],
  });
  return new Set(requests.map(({ content }) => laneOf(content)));
}
