import type { JourneyDefinition } from './journey.ts';
import type { Shape } from './shapes/index.ts';

/** As long as a wait of a try lasts that is to be quick. */
const SHORT = { seconds: 5 } as const;

/**
 * The journey as somebody tries it: nobody is held out, and with `skipWaits` no wait lasts longer than some seconds, and
 * nobody leaves for having stood too long. All else is as it is.
 */
export function triedDefinition(journey: JourneyDefinition, { skipWaits }: { skipWaits: boolean }): JourneyDefinition {
  const shapes = Object.entries(journey.shapes).map(([id, shape]) => [id, tried(shape, skipWaits)] as const);
  const { leave, ...rest } = journey;
  return {
    ...rest,
    ...(leave && { leave: { ...leave, still: skipWaits ? undefined : leave.still } }),
    holdOut: 0,
    shapes: Object.fromEntries(shapes),
  };
}

function tried(shape: Shape, skipWaits: boolean): Shape {
  if (shape.kind === 'hold-out') return { ...shape, share: 0 };
  if (!skipWaits) return shape;
  if (shape.kind === 'wait') return { ...shape, atMost: SHORT };
  if (shape.kind !== 'delay') return shape;
  const { until: _, within: __, ...delay } = shape;
  return { ...delay, for: SHORT };
}
