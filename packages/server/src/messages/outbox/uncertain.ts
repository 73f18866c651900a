import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database/pool.ts';
import type { Log } from '../../platform/log.ts';
import { type Loop, startLoop, type Turn } from '../../platform/loop.ts';
import { deadAmong } from '../../platform/presence.ts';
import { type Again, listClaimers, nextReleaseAt, releaseUncertain, updateToUncertain } from '../store/outbox.sql.ts';
import type { WhenUncertain } from '../types.ts';
import { MAIL_TRIES_MAX } from './backoff.ts';

/**
 * A process is believed dead when it has been missing for so long: one whose
 * connection broke is back sooner, and its mails are still on the wire.
 */
const MISSING_MS = 3000;
/**
 * So often a mail over which the mail server broke off goes again by itself. A network that breaks at the wrong moment does so
 * once, or twice on a bad day; what happens to the same mail a third time happens each time, and every time may be a copy that
 * somebody got ([decision 16](../../../../../docs/decisions/0016-uncertain-three-times.md)). That we ended says nothing of the mail.
 */
const BROKEN_OFF_MAX = 2;
/** A webhook's last try settles it; until then it is never left lying. */
const WITHOUT_END = 2 ** 31 - 1;

/**
 * Settles what dead processes left behind: their messages may have been on the
 * way, so they are uncertain, and the operator's rule says what becomes of
 * them. Sent again, they go under the same Message-ID, by which mail servers
 * and readers can tell the second copy from another mail. Webhooks are sent at
 * least once, under the same id: they always go again.
 */
export function startUncertain(o: {
  db: Db;
  process: number;
  alone: boolean;
  whenUncertain: WhenUncertain;
  clock: Clock;
  log: Log;
  /** Messages were queued again. */
  released: () => void;
}): Loop {
  const { db, log } = o;
  const released: Again = [
    { lane: 'web', brokenOff: WITHOUT_END, tries: WITHOUT_END },
    ...(o.whenUncertain === 'resend'
      ? [{ lane: 'mail', brokenOff: BROKEN_OFF_MAX, tries: MAIL_TRIES_MAX } as const]
      : []),
  ];
  /** Processes that are missing, and since when. */
  const missing = new Map<number, number>();

  const findDead = async (): Promise<number[]> => {
    const claimers = await listClaimers(db, o.process);
    const gone = claimers.length > 0 ? await deadAmong(db, claimers, o.alone) : [];
    if (o.alone) return gone;
    for (const process of [...missing.keys()]) if (!gone.includes(process)) missing.delete(process);
    for (const process of gone) if (!missing.has(process)) missing.set(process, performance.now());
    return gone.filter((process) => performance.now() - missing.get(process)! >= MISSING_MS);
  };

  const turn = async (): Promise<Turn> => {
    const dead = await findDead();
    if (dead.length > 0) {
      const messages = await updateToUncertain(db, dead, o.clock.now());
      if (messages > 0) {
        const rule = o.whenUncertain === 'resend' ? 'they are sent again' : 'mails are held';
        log.warn({ messages, processes: dead }, `messages were on their way when their process ended: ${rule}`);
      }
    }
    if ((await releaseUncertain(db, o.clock.now(), released)) > 0) o.released();
    return nextReleaseAt(db, released);
  };
  return startLoop({ name: 'uncertain messages', turn, clock: o.clock, log });
}
