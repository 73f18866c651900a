import { wall } from './zone.ts';

/**
 * The moment at which the wall clock of a time zone shows a time, given as if it were UTC. Where the clock leaves that
 * time out, the moment it comes to after the gap by as much; where it shows it twice, the first.
 */
export function atWall(shown: Date, timezone: string): Date {
  // The offset of a zone changes by hours, not days: seen from a day before and a day after, one of the two is right.
  const [before, after] = [-1, 1].map((days) => {
    const near = new Date(shown.getTime() + days * 24 * 3600 * 1000);
    return wall(near, timezone).getTime() - near.getTime();
  }) as [number, number];
  const candidates = [before, after].map((offset) => new Date(shown.getTime() - offset));
  const right = candidates.filter((moment) => wall(moment, timezone).getTime() === shown.getTime());
  if (right.length > 0) return new Date(Math.min(...right.map((moment) => moment.getTime())));
  return candidates[0]!;
}
