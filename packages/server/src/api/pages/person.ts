import { type Fields, internalId, publicId, type Value } from '@tributary/model';
import type { MoveRow } from '../../journeys/index.ts';
import type { RecordedActivity, Schema } from '../../people/index.ts';
import { badge, empty, type Html, html, page, time } from '../../platform/page.ts';
import type { PageContext } from './context.ts';

const SHOWN = 200;

/** A person: what is known of them, and everything that happened, with the reason for each step of a journey. */
export async function personPage(o: PageContext, outside: string): Promise<string | undefined> {
  const id = internalId(outside);
  const person = id && (await o.people.find(o.db, o.workspace.id, [id])).get(id);
  if (!person) return undefined;
  const schema = await o.people.schema(o.db, o.workspace.id);
  const activities = await o.people.timeline(o.db, o.workspace.id, person.id, SHOWN);
  const moves = await o.journeys.movesOf(o.db, person.id, SHOWN);
  const name = [person.fields['str::first'], person.fields['str::last']].filter(Boolean).join(' ');
  return page({
    title: name || String(person.fields['str::email'] ?? publicId(person.id)),
    up: [{ href: '/', text: 'Tributary' }],
    aside: person.fields['bol::p'] === false ? badge('unsubscribed', 'bad') : badge('subscribed', 'good'),
    body: html`
      <h2>Timeline</h2>
      ${timeline(activities, moves, schema)}
      <h2>Fields</h2>
      <table><tbody>${Object.entries(person.fields).map(
        ([field, value]) => html`<tr>
          <td>${schema.fields.get(field)?.name ?? field}</td><td>${show(value, schema.fields.get(field)?.displayType)}</td>
          <td><code>${field}</code></td>
        </tr>`,
      )}
      ${person.tags.length > 0 && html`<tr><td>Tags</td><td>${person.tags.join(', ')}</td><td></td></tr>`}</tbody></table>`,
  });
}

interface Line {
  at: Date;
  what: string;
  detail: string;
  source: string;
  machine: boolean;
}

function timeline(activities: readonly RecordedActivity[], moves: readonly MoveRow[], schema: Schema): Html {
  const lines: Line[] = [
    ...activities.map((activity) => ({
      at: activity.occurredAt,
      what: schema.activities.get(activity.activityId)?.name ?? activity.activityId,
      detail: detailOf(activity.attributes),
      source: activity.source ?? '',
      machine: activity.attributes['bol::m'] === true,
    })),
    ...moves.map((move) => ({
      at: move.at,
      what: move.did,
      detail: '',
      source: `${move.journey}${move.shapeId ? ` · ${move.shapeId}` : ''}`,
      machine: false,
    })),
  ].sort((a, b) => b.at.getTime() - a.at.getTime());
  if (lines.length === 0) return empty('Nothing has happened yet', 'What this person does appears here.');
  return html`<table>
    <thead><tr><th>When</th><th>What</th><th>By</th></tr></thead>
    <tbody>${lines.map(
      (line) => html`<tr>
        <td>${time(line.at)}</td>
        <td>${line.what}${line.machine && html` ${badge('by a machine', 'warn')}`}${line.detail && html`<br><small>${line.detail}</small>`}</td>
        <td>${line.source}</td>
      </tr>`,
    )}</tbody>
  </table>`;
}

/** The attributes that tell a reader something; ids are left out. */
function detailOf(attributes: Fields): string {
  return Object.entries(attributes)
    .filter(([id, value]) => !id.startsWith('idt:') && !id.startsWith('bol:') && value !== '' && value !== null)
    .filter(([id]) => !['str::ct', 'str::cn', 'str::jsi', 'str::is'].includes(id))
    .map(([, value]) => show(value))
    .slice(0, 5)
    .join(' · ');
}

/** A value as a person reads it: money and decimals are ×1000 on the wire. */
function show(value: Value, displayType?: string): string {
  if (typeof value === 'number' && ['currency', 'decimal', 'price'].includes(displayType ?? '')) {
    return (value / 1000).toLocaleString('en-GB');
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? value.join(', ') : phoneOrJson(value as object);
  return String(value);
}

function phoneOrJson(value: object): string {
  const { c, n, name } = value as { c?: string; n?: string; name?: string };
  if (n !== undefined) return c ? `+${c} ${n}` : n;
  return name ?? JSON.stringify(value);
}
