import type { MessageCap, MessageChannel } from '@tributary/model';
import type { Counted } from '../types.ts';

export const HOUR_MS = 3_600_000;

/** A message that may go if the cap of its person has a place for it. */
export interface PlaceAsked {
  id: string;
  /** As they are called now. */
  personId: string;
  channel: MessageChannel;
  cap: MessageCap;
}

/** It has a place, or there will be one then. */
export type Place = 'given' | { freeAt: Date };

/** Who gets a place where so many are taken. Pure. */
export function givePlaces(asked: readonly PlaceAsked[], counted: readonly Counted[], now: Date): Map<string, Place> {
  const taken = new Map<string, number[]>();
  const of = (personId: string, channel: MessageChannel): number[] => {
    const key = `${personId}/${channel}`;
    if (!taken.has(key)) taken.set(key, []);
    return taken.get(key)!;
  };
  for (const { personId, channel, countedAt } of counted) of(personId, channel).push(countedAt.getTime());
  return new Map(
    asked.map(({ id, personId, channel, cap }): [string, Place] => {
      const moments = of(personId, channel);
      const window = cap.hours * HOUR_MS;
      const within = moments.filter((at) => at > now.getTime() - window).sort((a, b) => b - a);
      // Once the oldest of the last so many is no longer within, one more is.
      const last = within[cap.messages - 1];
      if (last !== undefined) return [id, { freeAt: new Date(last + window) }];
      moments.push(now.getTime());
      return [id, 'given'];
    }),
  );
}
