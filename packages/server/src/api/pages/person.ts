import { type Fields, internalId, publicId, stepName, type Value } from '@tributary/model';
import type { MoveRow } from '../../journeys/index.ts';
import type { MessageRow } from '../../messages/index.ts';
import type { Person, RecordedActivity, Schema } from '../../people/index.ts';
import { badge, type Content, empty, type Html, html, openable, page, time } from '../../platform/page.ts';
import type { PageContext } from './context.ts';

const SHOWN = 200;
const MESSAGES_SHOWN = 50;

/** A person: what is known of them, and everything that happened, with the reason for each step of a journey. */
export async function personPage(o: PageContext, outside: string): Promise<string | undefined> {
  const id = internalId(outside);
  const person = id && (await o.people.find(o.db, o.workspace.id, [id])).get(id);
  if (!person) return undefined;
  const schema = await o.people.schema(o.db, o.workspace.id);
  const activities = await o.people.timeline(o.db, o.workspace.id, person.id, SHOWN);
  const moves = await o.journeys.movesOf(o.db, person.id, SHOWN);
  const messages = await o.messages.listOfPerson(o.db, o.workspace.id, person.id, MESSAGES_SHOWN);
  const name = [person.fields['str::first'], person.fields['str::last']].filter(Boolean).join(' ');
  return page({
    title: name || String(person.fields['str::email'] ?? publicId(person.id)),
    up: [{ href: '/', text: 'Tributary' }],
    aside: standing(person),
    body: html`
      <h2>Timeline</h2>
      ${timeline(activities, moves, schema)}
      ${messages.length > 0 && html`<h2>Messages</h2>${messageTable(messages)}`}
      <h2>Fields</h2>
      <div class="sheet flush"><table class="stack values"><tbody>${Object.entries(person.fields).map(
        ([field, value]) => html`<tr>
          <td>${schema.fields.get(field)?.name ?? field}</td><td>${openable(show(value, schema.fields.get(field)?.displayType))}</td>
          <td><code>${field}</code></td>
        </tr>`,
      )}
      ${person.tags.length > 0 && html`<tr><td>Tags</td><td>${openable(person.tags.join(', '))}</td><td></td></tr>`}</tbody></table></div>`,
  });
}

function standing(person: Person): Html {
  if (person.archivedAt) return badge('archived', 'bad');
  return person.fields['bol::p'] === false ? badge('unsubscribed', 'bad') : badge('subscribed', 'good');
}

const standings: Readonly<Record<MessageRow['state'], 'good' | 'bad' | 'warn' | 'quiet'>> = {
  queued: 'quiet',
  sending: 'quiet',
  uncertain: 'warn',
  sent: 'good',
  skipped: 'bad',
  bounced: 'bad',
  failed: 'bad',
};

/** What this person was to be sent: where each stands, why, and when it is tried next. */
function messageTable(messages: readonly MessageRow[]): Html {
  return html`<div class="sheet flush"><div class="scroll"><table class="stack">
    <thead><tr><th>Message</th><th></th><th>Why</th><th>When</th></tr></thead>
    <tbody>${messages.map(({ channel, name, subject, state, waitsFor, reason, sentAt, dueAt, queuedAt }) => {
      const next = state === 'queued' || state === 'uncertain' ? dueAt : undefined;
      return html`<tr>
        <td>${subject ?? name ?? ''}${channel !== 'email' && html` <small>${channel}</small>`}</td>
        <td>${badge(waitsFor ? 'waits' : state, standings[state])}</td><td>${openable(reason ?? '')}</td>
        <td>${next && html`next `}${time(next ?? sentAt ?? queuedAt)}</td>
      </tr>`;
    })}</tbody>
  </table></div></div>`;
}

interface Line {
  at: Date;
  what: Content;
  detail: Html | undefined;
  source: string;
  tone: 'good' | 'bad' | 'warn' | '';
}

/** Their own doings stand out in green, what went wrong in red; what a machine did is marked. */
const tones: Readonly<Record<string, Line['tone']>> = {
  'act::o': 'good',
  'act::c': 'good',
  'act::re': 'good',
  'act::u-all': 'bad',
  'act::u-a': 'bad',
  'act::b': 'bad',
  'act::sk': 'bad',
  'act::fja': 'bad',
};

/** What a move of the engine tells better, with its reason. */
const TOLD_BY_MOVES = new Set(['act::lj']);

function timeline(activities: readonly RecordedActivity[], moves: readonly MoveRow[], schema: Schema): Html {
  const titles = new Map(moves.map(({ runId, shapeId, title }) => [placeOf(publicId(runId, 'run'), shapeId), title]));
  const lines: Line[] = [
    // Of one moment, what somebody did or began comes before what that moved.
    ...moves.map((move) => ({
      at: move.at,
      what: openable(move.did),
      detail: undefined,
      source: `${move.journey}${move.shapeId ? ` · ${stepName({ shape: move.shapeId, title: move.title })}` : ''}`,
      tone: '' as const,
    })),
    ...activities
      .filter((activity) => !TOLD_BY_MOVES.has(activity.activityId))
      .map((activity) => ({
        at: activity.occurredAt,
        what: schema.activities.get(activity.activityId)?.name ?? activity.activityId,
        detail: detailsOf(activity, schema, titles),
        source: activity.source ?? '',
        tone: activity.attributes['bol::m'] === true ? ('warn' as const) : (tones[activity.activityId] ?? ''),
      })),
  ].sort((a, b) => b.at.getTime() - a.at.getTime());
  if (lines.length === 0) return empty('Nothing has happened yet', 'What this person does appears here.');
  return html`<ol class="line">${lines.map(
    (
      line,
    ) => html`<li class="${line.tone}"><div>${line.what}${line.tone === 'warn' && html` ${badge('by a machine', 'warn')}`}</div>
      ${line.detail && html`<div class="soft">${line.detail}</div>`}
      <div>${time(line.at)} <small>· ${line.source}</small></div></li>`,
  )}</ol>`;
}

/** A step of a run, by their ids outside. */
const placeOf = (run: unknown, shape: unknown): string => `${run}/${shape}`;

/** How a step of a journey went. */
const OF_STEPS = ['act::sja', 'act::fja'];
const DETAILS_SHOWN = 5;

function detailsOf(
  { activityId, attributes }: RecordedActivity,
  schema: Schema,
  titles: ReadonlyMap<string, string | null>,
): Html | undefined {
  // Why what a machine did does not count comes first.
  const { 'str::rn': why, ...others } = attributes;
  const inOrder = attributes['bol::m'] === true && why !== undefined ? { 'str::rn': why, ...others } : attributes;
  const parts = partsOf(inOrder, schema.activities.get(activityId)?.attributeTypes);
  const by = String(attributes['str::jefi'] ?? '');
  const shape = String(attributes['str::jsi'] ?? '');
  const step = stepName({ shape, title: titles.get(placeOf(attributes['idt::jri'], shape)) });
  const told =
    activityId === 'act::ej'
      ? [attributes['str::cn'], schema.activities.get(by)?.name ?? by]
      : OF_STEPS.includes(activityId)
        ? [attributes['str::cn'], step, ...parts]
        : parts;
  const all = told.filter(Boolean);
  if (all.length === 0) return undefined;
  return openable(all.join(' · '), all.slice(0, DETAILS_SHOWN).join(' · '));
}

/** The attributes that tell a reader something; ids are left out. */
function partsOf(attributes: Fields, types?: ReadonlyMap<string, string>): string[] {
  return Object.entries(attributes)
    .filter(([id, value]) => !id.startsWith('idt:') && !id.startsWith('bol:') && value !== '' && value !== null)
    .filter(([id]) => !['str::ct', 'str::cn', 'str::jsi', 'str::is'].includes(id))
    .map(([id, value]) => show(value, types?.get(id)))
    .filter((text, i, all) => all.indexOf(text) === i);
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
