import type { MessageCap, MessageChannel } from '@tributary/model';
import type { Counted } from '../types.ts';

export const HOUR_MS = 3_600_000;

/** Where a place may be taken by one that is in hand: it is looked again whether it was. */
const IN_HAND_MS = 5000;

/** A message that may go if the cap of its person has a place for it. */
export interface PlaceAsked {
  id: string;
  /** As they are called now. */
  personId: string;
  channel: MessageChannel;
  /** Undefined: it goes in any case, and takes a place from those that have one. */
  cap: MessageCap | undefined;
}

/** It has a place, or there will be one then; or `perhaps` one is taken by what is in hand, and it is looked again then. */
export type Place = 'given' | { freeAt: Date; perhaps?: true };

/** Messages without a cap that are in hand elsewhere, and count once they have left. */
export type InHand = Pick<Counted, 'personId' | 'channel'>;

/** Who gets a place where so many are taken. Pure. */
export function givePlaces(
  asked: readonly PlaceAsked[],
  counted: readonly Counted[],
  now: Date,
  inHand: readonly InHand[] = [],
): Map<string, Place> {
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
      if (!cap) {
        moments.push(now.getTime());
        return [id, 'given'];
      }
      const window = cap.hours * HOUR_MS;
      const within = moments.filter((at) => at > now.getTime() - window).sort((a, b) => b - a);
      // Once the oldest of the last so many is no longer within, one more is.
      const last = within[cap.messages - 1];
      if (last !== undefined) return [id, { freeAt: new Date(last + window) }];
      const others = inHand.filter((one) => one.personId === personId && one.channel === channel).length;
      if (within.length + others >= cap.messages)
        return [id, { freeAt: new Date(now.getTime() + IN_HAND_MS), perhaps: true }];
      moments.push(now.getTime());
      return [id, 'given'];
    }),
  );
}
