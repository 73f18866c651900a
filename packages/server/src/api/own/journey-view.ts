import { publicId } from '@tributary/model';
import {
  type Contest,
  type JourneyFigures,
  type JourneyNow,
  type Moving,
  publicJourneyId,
  type RunRow,
} from '../../journeys/index.ts';

/** A journey as lists show it. */
export function journeyView(journey: JourneyNow) {
  return {
    id: publicJourneyId(journey),
    name: journey.name,
    state: journey.state,
    /** The live version; null where none was published. */
    version: journey.version,
    inside: journey.inside,
    /** Of them, those whom a pause, or a shape that is off, keeps where they are. */
    held: journey.held,
    parked: journey.parked,
    draft: {
      exists: journey.hasDraft,
      edit: journey.draftEdit,
      begun_from: journey.draftFrom,
      edited_at: journey.draftEditedAt,
      edited_by: journey.draftEditedBy,
    },
    created_at: journey.createdAt,
    edited_at: journey.editedAt,
  };
}

/** A run as lists show it. */
export function runView(run: RunRow) {
  return {
    id: publicId(run.id, 'run'),
    person_id: publicId(run.personId),
    /** A try's is its own, and no version of the journey. */
    version: run.test ? null : run.version,
    state: run.parkedError !== null ? 'parked' : run.leftAt ? 'left' : run.held ? 'held' : 'inside',
    test: run.test,
    held_out: run.heldOut,
    shape: run.shapeId,
    ...(run.title === null ? {} : { title: run.title }),
    entered_at: run.enteredAt,
    arrived_at: run.arrivedAt,
    due_at: run.dueAt,
    left_at: run.leftAt,
    left_reason: run.leftReason,
    goal_at: run.goalAt,
    error: run.parkedError,
  };
}

export function figuresView({ journey, runs, notBegun, shapes }: JourneyFigures) {
  const group = (heldOut: boolean) => {
    const {
      entered = 0,
      inside = 0,
      left = 0,
      goals = 0,
      parked = 0,
    } = runs.find((each) => each.heldOut === heldOut) ?? {};
    return { entered, inside, left, goals, parked };
  };
  const { entered, goals } = group(true);
  return {
    id: publicJourneyId(journey),
    ...group(false),
    held_out: { entered, goals },
    not_begun: notBegun,
    shapes: shapes.map(({ shape, kind = null, title = null, waiting, held, passed }) => ({
      ...{ shape, kind, title },
      ...{ waiting, held, passed },
    })),
  };
}

/** What becomes of those who stand at a shape. Without `to`, nothing says it. */
export function movingView({ version, shape, kind, title, people, to, toKind, keeps }: Moving) {
  return {
    ...{ version, shape, kind, people },
    ...(title === undefined ? {} : { title }),
    ...(to === undefined ? {} : { to }),
    ...(toKind === undefined ? {} : { to_kind: toKind }),
    becomes: to === undefined ? 'not said' : to === null ? 'ends' : keeps ? 'goes on' : 'begins the shape anew',
  };
}

export function contestView({ shape, variants, winner, nextLook }: Contest) {
  return {
    variants: variants.map(({ variant, template, sent, opened, clicked }) => ({
      ...{ variant, template },
      share: shape.variants.find(({ name }) => name === variant)?.share ?? 0,
      ...{ sent, opened, clicked },
      winner: winner?.variant === variant,
    })),
    decide: shape.decide ?? null,
    next_look_at: nextLook ?? null,
    winner: winner
      ? {
          variant: winner.variant,
          decided_at: winner.decidedAt,
          by: winner.decidedBy,
          why: winner.why,
          figures: winner.figures,
        }
      : null,
  };
}
