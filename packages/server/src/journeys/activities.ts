import { type Fields, type IntakeItem, publicId } from '@tributary/model';
import type { Told } from '../people/index.ts';
import type { RunState } from './engine/run-state.ts';
import type { Version } from './versions.ts';

type Run = Pick<RunState, 'id' | 'personId'>;
type Of = Pick<Version, 'campaignId' | 'name'>;

const SOURCE = 'Journey';

const item = (run: Run, activity: NonNullable<IntakeItem['activity']>): IntakeItem => ({
  who: { personId: run.personId },
  fields: {},
  source: SOURCE,
  activity,
});

const about = (run: Run, { campaignId, name }: Of) => ({
  'idt::c': campaignId,
  'str::cn': name,
  'idt::jri': publicId(run.id, 'run'),
});

/** What a shape is called, where it is (Ortto's schema, recorded). */
export function titleOf({ definition }: Pick<Version, 'definition'>, shapeId: string): Fields {
  const title = definition.shapes[shapeId]?.title;
  return title === undefined ? {} : { 'str::jst': title };
}

/** That a run began (`act::ej`), and what started it. */
export function started(run: Run, of: Of, by: { activity: string | undefined; id: string }): Told {
  const attributes = {
    ...about(run, of),
    ...(by.activity === undefined ? {} : { 'str::jefi': by.activity, 'idt::jeai': publicId(by.id, 'activity') }),
  };
  return { personId: run.personId, activityId: 'act::ej', attributes, source: SOURCE };
}

type Ended = Run & { leftReason: string | null; shapeId: string | null };

/** That a run ended (`act::lj`), and why. */
export function ended(run: Ended, of: Of): Told {
  const attributes = { ...about(run, of), 'str::pr': run.leftReason, 'str::jsi': run.shapeId ?? '' };
  return { personId: run.personId, activityId: 'act::lj', attributes, source: SOURCE };
}

/** The same, of somebody who is not held. */
export function endedItem(run: Ended, of: Of): IntakeItem {
  const { activityId: id, attributes } = ended(run, of);
  return item(run, { id, attributes });
}

/** A step that went wrong, as Ortto names it. */
export const STEP_FAILED = 'act::fja';

/** How a step went (`act::sja`, `act::fja`), as Ortto names them. */
export function stepItem(
  run: Run,
  version: Version,
  { shapeId, kind, failed }: { shapeId: string; kind: string; failed?: string | undefined },
): IntakeItem {
  return item(run, {
    id: failed === undefined ? 'act::sja' : STEP_FAILED,
    attributes: {
      ...about(run, version),
      'str::jsi': shapeId,
      ...titleOf(version, shapeId),
      'str::pat': kind,
      'str::jsl': [...(failed ?? 'done')].slice(0, 255).join(''),
    },
  });
}
