import { count, type Html, html } from '../../platform/page.ts';

interface Day {
  /** `2026-03-04` */
  day: string;
  entered: number;
  left: number;
}

const DAYS = 30;
const HEIGHT = 120;
const DAY_MS = 86_400_000;

/** Who entered, upwards, and who left, downwards, of the thirty days up to today: more is not known of. */
export function growthChart(days: readonly Day[], now: Date): Html {
  const byDay = new Map(days.map((day) => [day.day, day]));
  const shown = Array.from({ length: DAYS }, (_, i) => {
    const day = new Date(now.getTime() - (DAYS - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    return byDay.get(day) ?? { day, entered: 0, left: 0 };
  });
  const [up, down] = (['entered', 'left'] as const).map((what) => Math.max(...shown.map((day) => day[what]))) as [
    number,
    number,
  ];
  const tall = (figure: number): number => Math.round((10 * HEIGHT * figure) / (up + down)) / 10;
  const bar = (i: number, y: number, figure: number, what: 'in' | 'out'): Html | false =>
    figure > 0 && html`<rect x="${i * 10 + 1}" y="${y}" width="8" height="${tall(figure)}" class="${what}"/>`;
  const total = (what: 'entered' | 'left'): string => count(shown.reduce((sum, day) => sum + day[what], 0));
  const [first, end] = [shown[0]!.day, shown.at(-1)!.day];
  return html`<svg class="growth" viewBox="0 0 ${DAYS * 10} ${HEIGHT}" role="img" preserveAspectRatio="none"
    aria-label="${total('entered')} entered and ${total('left')} left from ${first} to ${end}">${shown.map(
      ({ day, entered, left }, i) =>
        html`<g><title>${day}: ${count(entered)} entered, ${count(left)} left</title><rect x="${i * 10}" y="0" width="10" height="${HEIGHT}" class="room"/>${bar(i, tall(up - entered), entered, 'in')}${bar(i, tall(up), left, 'out')}</g>`,
    )}<line x1="0" x2="${DAYS * 10}" y1="${tall(up)}" y2="${tall(up)}"/></svg>
  <p class="span"><small>${first}</small><small>at most ${count(up)} in and ${count(down)} out on a day</small><small>${end}</small></p>`;
}
