import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import { BROWSER, PRIVACY_PROXY } from '../../../src/demo/reader.ts';
import type { SinkMail, SmtpSink } from '../../support/smtp-sink.ts';
import { fetchQuietly } from './installation.ts';
import type { Random } from './random.ts';

export interface Readers {
  /** When the picture of a mail that a person opened was shown, by Message-ID. */
  readonly opened: ReadonlyMap<string, number>;
  /** Mails whose pictures a machine loads. */
  readonly byMachine: number;
  /** Resolves when everyone who means to open a mail has. */
  done(): Promise<void>;
}

const PEOPLE_WHO_OPEN = 0.6;
const MACHINES = 0.15;
/** Two opens of one mail within one second are one note: the second is what tells notes apart. */
const AGAIN_AFTER_MS = 1_300;
const PATIENCE_MS = 60_000;

/** The people the mails go to: some open theirs a moment later, and try again while the picture does not come. */
export function openReaders(sink: SmtpSink, random: Random): Readers {
  const opened = new Map<string, number>();
  const seen = new Set<string>();
  const reading = new Set<Promise<void>>();
  let byMachine = 0;

  const look = async (mail: SinkMail, userAgent: string): Promise<void> => {
    const html = String((await simpleParser(mail.source)).html);
    const pixel = /<img[^>]+src="([^"]+)"/.exec(html)?.[1];
    if (!pixel) throw new Error('a mail without a picture');
    await sleep(random.between(100, 1_500));
    const began = performance.now();
    for (;;) {
      const answer = await fetchQuietly(pixel.replaceAll('&amp;', '&'), { headers: { 'user-agent': userAgent } });
      if (answer?.status === 200) break;
      if (performance.now() - began > PATIENCE_MS) throw new Error(`${mail.to} did not see a picture for a minute`);
      await sleep(AGAIN_AFTER_MS);
    }
    if (userAgent === BROWSER) opened.set(mail.messageId, performance.now());
    else byMachine += 1;
  };

  sink.onMail = (mail) => {
    if (seen.has(mail.messageId)) return 'take';
    seen.add(mail.messageId);
    const chance = random();
    if (chance > PEOPLE_WHO_OPEN + MACHINES) return 'take';
    const looking = look(mail, chance < PEOPLE_WHO_OPEN ? BROWSER : PRIVACY_PROXY);
    reading.add(looking);
    looking.then(
      () => reading.delete(looking),
      () => undefined,
    );
    return 'take';
  };

  return {
    opened,
    get byMachine() {
      return byMachine;
    },
    async done() {
      while (reading.size > 0) await Promise.all(reading);
    },
  };
}
