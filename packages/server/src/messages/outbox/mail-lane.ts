import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { EmailChannel, SendOutcome } from '../channels/channel.ts';
import { type ChannelState, createGate } from './gate.ts';
import type { Lane } from './lane.ts';
import { type Loaded, type Prepared, prepareMail, type Sender } from './prepare.ts';
import type { Result } from './settle.ts';

export interface MailLane extends Lane {
  state(): ChannelState;
}

const BREAKS_OFF = 'the mail server breaks off over each mail: mails wait';

/** E-mails, and notes to the team: what goes through the mail server. */
export function mailLane(o: {
  channel: EmailChannel;
  sender: (loaded: Loaded) => Sender;
  clock: Clock;
  log: Log;
}): MailLane {
  const { channel, log } = o;
  const gate = createGate(o.clock, log, {
    away: 'the mail server can not be reached: mails wait',
    refuses: 'the mail server refuses us: mails wait',
    back: 'the mail server is there again',
  });

  /** One message that can not be made must not end the process. */
  const prepareSafely = (loaded: Loaded): Prepared => {
    try {
      return prepareMail(loaded, loaded.person!, o.sender(loaded));
    } catch (error) {
      log.error({ err: error, message: loaded.message.id }, 'a message could not be prepared');
      return { do: 'fail', reason: messageOf(error) };
    }
  };

  return {
    name: 'mail',
    get capacity() {
      return channel.capacity;
    },
    closedUntil: gate.closedUntil,
    get doubtful() {
      return gate.doubtful;
    },
    state: gate.state,
    async deliver(loaded, isStale): Promise<Result> {
      const { message } = loaded;
      // Each in a turn of its own: while the next is made, the mail server has this one.
      await turn();
      const prepared = prepareSafely(loaded);
      if (prepared.do !== 'send') return { did: prepared.do, reason: prepared.reason };
      const { mail } = prepared;
      const outcome = await channel.send(mail, isStale).catch((error: unknown): SendOutcome => {
        log.error({ err: error, message: message.id }, 'a channel failed where it should have said what happened');
        return { did: 'uncertain', why: String(error) };
      });
      if (outcome.did === 'stale') return { did: 'back', dueAt: message.dueAt };
      if (outcome.did === 'unreachable') {
        gate.failed(outcome.why);
        return { did: 'back', dueAt: message.dueAt };
      }
      const aboutChannel = outcome.did === 'refused' && outcome.about === 'channel';
      if (aboutChannel) gate.refused(outcome.response);
      else if (outcome.did === 'uncertain') gate.refused(outcome.why, BREAKS_OFF);
      else if (outcome.did === 'refused' && outcome.brokeOff) gate.refused(outcome.response, BREAKS_OFF);
      else gate.worked();
      if (outcome.did === 'uncertain')
        log.warn({ message: message.id, why: outcome.why }, 'a mail was on its way when the answer was lost');
      const held = aboutChannel && gate.doubtful;
      return { ...outcome, held, address: mail.to, subject: mail.subject };
    },
  };
}
