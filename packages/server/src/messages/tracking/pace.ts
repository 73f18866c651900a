import type { Touch } from './record.ts';

/** Nobody finds and clicks two links of a mail in less; a scanner that follows them all does. */
export const TWO_LINKS_MS = 600;

/** Which links of a mail were clicked a moment ago, by what says it is the same browser. In memory: a moment is all it is about. */
export interface Pace {
  note(touch: Touch): void;
  /** Whether it is one of two links that were clicked faster than a person could, or the opening that went with them. */
  hurried(touch: Touch): boolean;
}

interface Click {
  at: Date;
  link: number | undefined;
  userAgent: string | undefined;
}

export function createPace(): Pace {
  /** By message, those clicked last at the end. */
  const recent = new Map<string, Click[]>();
  const forget = (now: Date): void => {
    for (const [id, clicks] of recent) {
      if (now.getTime() - clicks.at(-1)!.at.getTime() < 10 * TWO_LINKS_MS) return;
      recent.delete(id);
    }
  };
  return {
    note({ did, messageId, at, link, userAgent }) {
      if (did !== 'click') return;
      forget(at);
      const clicks = recent.get(messageId) ?? [];
      recent.delete(messageId);
      // Who hammers on one link tells nothing new.
      recent.set(messageId, [...clicks.slice(-20), { at, link, userAgent }]);
    },
    hurried(touch) {
      const clicks = (recent.get(touch.messageId) ?? []).filter(({ userAgent }) => userAgent === touch.userAgent);
      const beside = (one: Pick<Click, 'at' | 'link'>): boolean =>
        clicks.some((other) => other.link !== one.link && near(one, other));
      if (touch.did === 'click') return beside({ at: touch.at, link: touch.link });
      return touch.did === 'open' && clicks.some((click) => near(touch, click) && beside(click));
    },
  };
}

const near = (one: { at: Date }, other: { at: Date }): boolean =>
  Math.abs(one.at.getTime() - other.at.getTime()) < TWO_LINKS_MS;
