import { durationMs, type ShapeOf } from '@tributary/model';
import type { TemplateCounts } from '../../messages/index.ts';
import type { VariantFigures } from '../store/ab.sql.ts';

/** Which version wins, with the figures that say so; or when to look again. */
export type Verdict = { winner: string; why: string } | { lookAt: Date };

const [LOOK_MIN_MS, LOOK_MAX_MS] = [60_000, 3_600_000];

/** What became of each version of an e-mail, in their order. */
export function figuresOf({ variants }: ShapeOf<'ab'>, counts: readonly TemplateCounts[]): VariantFigures[] {
  return variants.map(({ name, template }) => {
    const { sent = 0, opened = 0, clicked = 0 } = counts.find((each) => each.template === template) ?? {};
    return { variant: name, template, sent, opened, clicked };
  });
}

/**
 * The better rate wins, of several that are alike the first; not before the time is over, counted from the first mail of
 * any of them, and not before enough of each have been sent that people are to get.
 */
export function verdict(
  shape: ShapeOf<'ab'> & { decide: NonNullable<ShapeOf<'ab'>['decide']> },
  counts: readonly TemplateCounts[],
  now: Date,
): Verdict {
  const { by, after, sent } = shape.decide;
  const wait = durationMs(after);
  const own = counts.filter(({ template }) => shape.variants.some((variant) => variant.template === template));
  const begun = own.flatMap(({ firstSentAt }) => firstSentAt?.getTime() ?? []);
  // Whatever is sent from now on, it is not over earlier than this.
  if (begun.length === 0) return { lookAt: new Date(now.getTime() + wait) };
  const over = Math.min(...begun) + wait;
  if (now.getTime() < over) return { lookAt: new Date(over) };
  const running = figuresOf(shape, counts).filter(({ variant }) =>
    shape.variants.some(({ name, share }) => name === variant && share > 0),
  );
  if (running.some((each) => each.sent < sent)) {
    return { lookAt: new Date(now.getTime() + Math.min(Math.max(wait / 10, LOOK_MIN_MS), LOOK_MAX_MS)) };
  }
  const rate = (each: VariantFigures): number => each[by] / each.sent;
  const best = running.reduce((most, each) => (rate(each) > rate(most) ? each : most));
  const told = running.map(
    (each) => `${each.variant}: ${each[by]} of ${each.sent} (${(rate(each) * 100).toFixed(1)} %)`,
  );
  return { winner: best.variant, why: `${by}, ${told.join(', ')}` };
}
