import { type Fields, publicId, type Value } from '@tributary/model';
import type { Objection } from '../../messages/index.ts';
import { messageOf } from '../../platform/errors.ts';
import { titleOf } from '../activities.ts';
import type { Effect } from '../engine/move.ts';
import type { RunState } from '../engine/run-state.ts';
import { rulesOf } from '../sending-rules.ts';
import type { Life } from './life.ts';
import { createOutbox, type TrialOutbox } from './outbox.ts';
import type { ActionEntry, ChangeEntry, MoveEntry } from './path.ts';
import type { Scene } from './scene.ts';

/** What the steps of a simulation set off: nothing leaves, and what would come back is taken to come back at once. */
export interface Effects {
  /** Does it, and notes it with the move. Returns what the run may listen to. */
  apply(effect: Effect, shapeId: string, move: MoveEntry | undefined, now: Date): string[];
  /** When a shape first sent its message or asked for its step, and what activities about it carry. */
  asked(shapeId: string): { at: Date; about: Fields } | undefined;
  lastDone(shapeId: string): Date | undefined;
  outbox: TrialOutbox;
}

export function createEffects(
  scene: Scene,
  life: Life,
  run: RunState,
  /** What the run has against its messages at this moment. */
  objection: () => Objection | undefined,
): Effects {
  const { version, fail } = scene;
  const asked = new Map<string, { at: Date; about: Fields }>();
  const done = new Map<string, Date>();
  const about = (shapeId: string): Fields => ({
    'idt::c': version.campaignId,
    'str::cn': version.name,
    'str::jsi': shapeId,
    ...titleOf(version, shapeId),
    'idt::jri': publicId(run.id, 'run'),
  });
  const note = (shapeId: string, at: Date, attributes: Fields): void => {
    if (!asked.has(shapeId)) asked.set(shapeId, { at, about: attributes });
  };
  const stepTold = (shapeId: string, now: Date, failed: string | undefined): string[] =>
    life.happen(
      {
        id: failed === undefined ? 'act::sja' : 'act::fja',
        attributes: { ...about(shapeId), 'str::jsl': failed ?? 'done' },
      },
      now,
    );

  const action = ({ connector, action: name, input }: Of<'action'>, shapeId: string, now: Date) => {
    const entry: ActionEntry = { connector, action: name, input };
    let failed = fail.get(shapeId);
    try {
      const { fields } = life;
      entry.input = Object.fromEntries(
        Object.entries(input).map(([key, value]) => [
          key,
          typeof value === 'string' ? scene.render(value, fields, now) : value,
        ]),
      );
      failed ??= scene.refused(entry);
    } catch (error) {
      failed ??= messageOf(error);
    }
    note(shapeId, now, about(shapeId));
    return {
      entry: failed === undefined ? entry : { ...entry, failed },
      heard: stepTold(shapeId, now, failed),
    };
  };

  const change = ({ tell, set, clear, add, remove }: Of<'change'>, shapeId: string, now: Date) => {
    const kept = keptOf(scene, set, clear);
    const refused = fail.get(shapeId) ?? ('problem' in kept ? kept.problem : undefined);
    const entry: ChangeEntry = { set: 'problem' in kept ? set : kept.set, clear, add, remove };
    note(shapeId, now, about(shapeId));
    if (refused !== undefined) return { entry: { ...entry, refused }, heard: stepTold(shapeId, now, refused) };
    const heard = life.change(entry, now);
    return { entry, heard: tell ? [...heard, ...stepTold(shapeId, now, undefined)] : heard };
  };

  const outbox = createOutbox(scene, life, note, objection);

  return {
    outbox,
    asked: (shapeId) => asked.get(shapeId),
    lastDone(shapeId) {
      const had = outbox.had(shapeId);
      // One that was not sent, nobody has had.
      return (had === undefined ? done.get(shapeId) : had) ?? scene.lastDone(shapeId);
    },
    apply(effect, shapeId, move, now) {
      switch (effect.kind) {
        case 'message': {
          const { content, sending } = effect;
          const rules = rulesOf(version.definition, sending);
          const { delivery, heard } = outbox.ask({ shapeId, content, rules, about: about(shapeId) }, now);
          if (move) move.message = delivery;
          return heard;
        }
        case 'action': {
          const { entry, heard } = action(effect, shapeId, now);
          if (move) move.action = entry;
          return heard;
        }
        case 'change': {
          const { entry, heard } = change(effect, shapeId, now);
          if (move) move.change = entry;
          return heard;
        }
        case 'pass':
          if (move) move.pass = { do: effect.do, journey: effect.journey };
          note(shapeId, now, about(shapeId));
          return effect.tell ? stepTold(shapeId, now, fail.get(shapeId)) : [];
        case 'done':
          done.set(shapeId, now);
          return [];
        default:
          return [];
      }
    },
  };
}

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** What is set, as it is kept, or why nothing is. */
function keptOf(scene: Scene, set: Fields, clear: readonly string[]): { set: Fields } | { problem: string } {
  const after: Record<string, Value> = {};
  for (const [id, value] of [...Object.entries(set), ...clear.map((id) => [id, null] as const)]) {
    const kept = scene.kept(id, value);
    if ('problem' in kept) return { problem: `${id}: ${kept.problem}` };
    if (Object.hasOwn(set, id)) after[id] = kept.value;
  }
  return { set: after };
}
