import { attributeType, type Fields, filterInWords, type Names, publicId, stepName } from '@tributary/model';
import type { MoveRow } from '../../journeys/index.ts';
import type { RecordedActivity, Schema } from '../../people/index.ts';
import {
  badge,
  bdi,
  type Content,
  empty,
  type Html,
  html,
  joined,
  openable,
  time,
  withMoments,
} from '../../platform/page.ts';
import { nameIn, shown } from './values.ts';

/** What a timeline is made of, and what its parts are called. */
export interface Told {
  activities: readonly RecordedActivity[];
  moves: readonly MoveRow[];
  schema: Schema;
  names: Names;
  /** What is asked of outer systems, in words. */
  actionInWords(id: string): string | undefined;
}

/**
 * Where a page of so many ends: at the moment before which one of the two may go on, so that what happened and why it did
 * stand together. Undefined where both are there to their end.
 */
export function endOf({ activities, moves }: Pick<Told, 'activities' | 'moves'>, size: number): Date | undefined {
  const ends = [activities.map(({ occurredAt }) => occurredAt), moves.map(({ at }) => at)]
    .filter((moments) => moments.length >= size)
    .map((moments) => Math.min(...moments.map((at) => at.getTime())));
  return ends.length === 0 ? undefined : new Date(Math.max(...ends));
}

interface Line {
  at: Date;
  what: Content;
  detail: Html | undefined;
  source: Content;
  tone: 'good' | 'bad' | 'warn' | '';
}

/** Their own doings stand out in green, what went wrong in red; what a machine did is marked. */
const tones: Readonly<Record<string, Line['tone']>> = {
  'act::o': 'good',
  'act::c': 'good',
  'act::re': 'good',
  'act::u-all': 'bad',
  'act::u-a': 'bad',
  'act::s-ab': 'bad',
  'act::b': 'bad',
  'act::sk': 'bad',
  'act::fja': 'bad',
};

/** What a move of the engine tells better, with its reason. */
const TOLD_BY_MOVES = new Set(['act::lj']);
/** What has one word on all pages, whoever decided it. */
const CALLED: Readonly<Record<string, string>> = { 'act::sk': 'E-mail not sent' };

/** What happened from a moment on, newest first; of an older page, before another. */
export function timeline(told: Told, { since, before }: { since: Date | undefined; before: Date | undefined }): Html {
  const titles = new Map(
    told.moves.map(({ runId, shapeId, title }) => [placeOf(publicId(runId, 'run'), shapeId), title]),
  );
  const lines: Line[] = [
    // Of one moment, what somebody did or began comes before what that moved.
    ...told.moves.map((move) => lineOfMove(move, told.names)),
    ...told.activities
      .filter((activity) => !TOLD_BY_MOVES.has(activity.activityId))
      .map((activity) => ({
        at: activity.occurredAt,
        what: CALLED[activity.activityId] ?? told.names.activity?.(activity.activityId) ?? activity.activityId,
        detail: detailsOf(activity, told, titles),
        source: activity.source ? bdi(activity.source) : '',
        tone: activity.attributes['bol::m'] === true ? ('warn' as const) : (tones[activity.activityId] ?? ''),
      })),
  ]
    .filter(({ at }) => !since || at >= since)
    .sort((a, b) => b.at.getTime() - a.at.getTime());
  if (lines.length === 0 && before) return empty('Nothing older', 'Here the timeline begins.');
  if (lines.length === 0) return empty('Nothing has happened yet', 'What this person does appears here.');
  return html`<ol class="line">${lines.map(
    (
      line,
    ) => html`<li class="${line.tone}"><div>${line.what}${line.tone === 'warn' && html` ${badge('by a machine', 'warn')}`}</div>
      ${line.detail && html`<div class="soft">${line.detail}</div>`}
      <div>${time(line.at)} <small>· ${line.source}</small></div></li>`,
  )}</ol>`;
}

function lineOfMove({ at, did, exit, journeyId, journey, shapeId, title }: MoveRow, names: Names): Line {
  const step = shapeId && html` · ${bdi(stepName({ shape: shapeId, title }))}`;
  return {
    at,
    what: openable(withMoments(did)),
    detail: exit ? openable(filterInWords(exit, names)) : undefined,
    source: html`<a href="/journeys/${journeyId}">${bdi(journey)}</a>${step}`,
    tone: '',
  };
}

/** A step of a run, by their ids outside. */
const placeOf = (run: unknown, shape: unknown): string => `${run}/${shape}`;

/** How a step of a journey went. */
const OF_STEPS = ['act::sja', 'act::fja'];
const DETAILS_SHOWN = 5;

function detailsOf(activity: RecordedActivity, told: Told, titles: ReadonlyMap<string, string | null>) {
  const { activityId, attributes } = activity;
  const elsewhere = elsewhereOf(activityId, attributes, told);
  const parts = [...elsewhere.parts, ...partsOf(activityId, elsewhere.rest, told)];
  const by = String(attributes['str::jefi'] ?? '');
  const shape = String(attributes['str::jsi'] ?? '');
  const step = stepName({ shape, title: titles.get(placeOf(attributes['idt::jri'], shape)) });
  const ofStep = OF_STEPS.includes(activityId);
  const all: (string | Html | undefined)[] =
    activityId === 'act::ej'
      ? [journeyOf(attributes), told.names.activity?.(by) ?? by]
      : [ofStep ? journeyOf(attributes) : '', ofStep ? step : '', ...parts];
  const here = all.filter((part): part is string | Html => part !== undefined && part !== '');
  return here.length === 0 ? undefined : joined(here, { first: DETAILS_SHOWN });
}

/**
 * What a step did in an outer system, as people say it, and the attributes that are told by that: what came of it there, or
 * why nothing did.
 */
function elsewhereOf(activityId: string, attributes: Fields, told: Told): { parts: string[]; rest: Fields } {
  const { 'str::pat': action, 'str::jsl': log, ...rest } = attributes;
  const words = OF_STEPS.includes(activityId) ? told.actionInWords(String(action)) : undefined;
  if (words === undefined) return { parts: [], rest: attributes };
  if (activityId !== 'act::sja') return { parts: [words, String(log ?? '')].filter(Boolean), rest };
  const reference = /^done: (.+)$/s.exec(String(log))?.[1]?.replace(/^([a-z]+):(\d+)$/, '$1 $2');
  return { parts: [reference === undefined ? words : `${words} (${reference})`], rest };
}

function journeyOf({ 'str::cn': name, 'idt::c': id }: Fields): string | Html {
  const called = typeof name === 'string' ? name : '';
  return typeof id === 'string' && /^[0-9a-f]{24}$/.test(id)
    ? html`<a href="/journeys/${id}">${bdi(called)}</a>`
    : called;
}

/** Told by what stands around them, or to machines. */
const UNTOLD = ['str::ct', 'str::cn', 'str::jsi', 'str::jst', 'str::is', 'str::jefi'];
/** What says by itself what it is: reasons, subjects, links, audiences. */
const SELF_EVIDENT = ['str::rn', 'str::br', 'str::jsl', 'str::s', 'str::c', 'str::pr', 'str::an'];

/** What reads odd under the name that it has in Ortto. */
const ATTRIBUTES_CALLED: Readonly<Record<string, string>> = {
  'str::asn': 'Template',
  'str::at': 'Action',
  'str::pat': 'Kind',
};

/** The attributes that tell a reader something, what needs no name first, in the order of the definition and with their names; ids are left out. */
function partsOf(activityId: string, attributes: Fields, { schema, names }: Told): string[] {
  const types = schema.activities.get(activityId)?.attributeTypes;
  const order = [...SELF_EVIDENT, ...(types?.keys() ?? [])];
  const place = (id: string): number => (order.includes(id) ? order.indexOf(id) : order.length);
  return Object.entries(attributes)
    .filter(([id, value]) => !/^(idt:|bol::)/.test(id) && !UNTOLD.includes(id) && value !== '' && value !== null)
    .sort(([a], [b]) => place(a) - place(b))
    .map(([id, value]) => ({ id, text: shown(value, id, attributeType(id, types?.get(id))) }))
    .filter(({ id, text }, i, all) => !id.includes('::') || all.findIndex((other) => other.text === text) === i)
    .map(({ id, text }) => {
      // The id of a built-in one says nothing to people.
      const called =
        ATTRIBUTES_CALLED[id] ?? names.attribute?.(activityId, id) ?? (id.includes('::') ? '' : nameIn(id));
      return SELF_EVIDENT.includes(id) || called === '' ? text : `${called}: ${text}`;
    });
}
