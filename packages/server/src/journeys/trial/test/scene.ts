import { idAt, initialSendingDefaults, type SendingDefaults } from '@tributary/model';
import { journeyOf } from '../../engine/test/support.ts';
import { versionOf } from '../../versions.ts';
import { choosing } from '../chance.ts';
import type { Path } from '../path.ts';
import type { Scene, SceneSending } from '../scene.ts';
import { scriptEvent, scriptFrom } from '../script.ts';
import { simulate } from '../simulate.ts';

export const START = new Date('2026-03-02T08:00:00Z');
export const DAY = 24 * 3600_000;

export interface Told {
  more?: object;
  events?: readonly unknown[];
  take?: Record<string, string>;
  days?: number;
  scene?: Partial<Scene>;
}

/** A journey of these shapes, played by somebody made up of whom little is known. */
export function sceneOf(shapes: Record<string, unknown>, o: Told = {}): Scene {
  const definition = journeyOf(shapes, o.more);
  const version = versionOf({
    ...{ journeyId: 1, version: 1, workspaceId: 1, name: definition.name, createdAt: START },
    ...{ entryAudience: null, definition },
  });
  const levelled = { chosen: new Map(), counts: new Map() };
  return {
    ...{ version, personId: idAt(START, 1n), start: START, until: new Date(START.getTime() + (o.days ?? 365) * DAY) },
    fields: { 'str::first': 'Anna', 'str::email': 'anna@example.com' },
    entry: { 'str:cm:lead-id': '42' },
    events: scriptFrom((o.events ?? []).map((event) => scriptEvent.parse(event))),
    fail: new Map(),
    names: {},
    known: () => undefined,
    choose: choosing({ definition, journeyId: 1, personId: undefined, take: o.take ?? {}, levelled }),
    winner: () => undefined,
    lastDone: () => undefined,
    touches: (id) => id === 'act::o',
    kept: (_, value) => ({ value }),
    read: (_, text) => text,
    sending: sendingOf(),
    make: (content) => ({
      channel: content.channel,
      template: 'template' in content ? content.template : undefined,
    }),
    refused: () => undefined,
    render: (text, fields) => text.replaceAll('{{ people.first-name }}', String(fields['str::first'])),
    ...o.scene,
  };
}

/** A workspace without a cap, unless it is said otherwise, and somebody who had no mail before. */
export function sendingOf({
  defaults,
  ...more
}: Partial<Omit<SceneSending, 'defaults'>> & { defaults?: Partial<SendingDefaults> } = {}): SceneSending {
  return {
    defaults: { ...initialSendingDefaults, cap: 'none', ...defaults },
    ...{ archivedAt: undefined, suppressed: undefined, counted: [], topics: new Map(), ...more },
  };
}

export const play = (shapes: Record<string, unknown>, o: Told = {}): Path => simulate(sceneOf(shapes, o));

/** As it is read: days since the start, what or where, and what came of it. */
export function lines({ path }: Path): string[] {
  return path.map((entry) => {
    const days = (entry.at.getTime() - START.getTime()) / DAY;
    if ('outbox' in entry) return `${days} ${entry.shape} ${entry.outbox}`;
    return 'event' in entry
      ? `${days} * ${entry.event}${entry.noticed ? '' : ' (not noticed)'}`
      : `${days} ${entry.shape}: ${entry.did}`;
  });
}
