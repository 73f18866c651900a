import type { Fields, IntakeItem } from '@tributary/model';
import { about, clip } from '../about.ts';
import type { Made } from '../made.ts';
import type { ClaimedMessage } from '../store/outbox.sql.ts';

/** What became of a message, as the person's timeline is told. */
export type News =
  | { was: 'sent'; words: string }
  | { was: 'not sent'; reason: string }
  | { was: 'bounced'; address: string; reason: string; type: 'hard' | 'soft'; category: string };

/** Of an e-mail: "sent", "skipped", "bounced". Of all others: a step of a journey that went well, or did not. */
export function tell(
  message: ClaimedMessage,
  made: Pick<Made, 'channel' | 'name'>,
  subject: string | null,
  news: News,
  now: Date,
): IntakeItem {
  const item = (source: string, id: string, attributes: Fields): IntakeItem => ({
    who: { personId: message.personId },
    fields: {},
    source,
    activity: { id, attributes, at: now, key: `${message.id}/${id}` },
  });
  if (made.channel !== 'email') {
    const [id, log] = news.was === 'sent' ? ['act::sja', news.words] : ['act::fja', news.reason];
    return item('Journey', id!, { ...aboutStep(message, made), 'str::jsl': clip(log!) });
  }
  const transactional = message.rules.transactional === true;
  const common = about({ ...message, template: made.name, subject, transactional });
  switch (news.was) {
    case 'sent':
      return item('Email', 'act::s', common);
    case 'not sent':
      return item('Email', 'act::sk', { ...common, 'str::rn': clip(news.reason) });
    case 'bounced':
      return item('Email', 'act::b', {
        ...common,
        'str::be': clip(news.address),
        'str::br': clip(news.reason),
        'str::bt': news.type,
        'str::bc': news.category,
      });
  }
}

/** What a step of a journey says of itself (Ortto's schema, recorded). */
const OF_STEPS = ['idt::c', 'str::cn', 'str::jsi', 'str::jst', 'idt::jri'];

function aboutStep({ attributes }: ClaimedMessage, { channel, name }: Pick<Made, 'channel' | 'name'>): Fields {
  const told = OF_STEPS.flatMap((id) => (attributes[id] === undefined ? [] : [[id, attributes[id]] as const]));
  return { ...Object.fromEntries(told), 'str::pat': channel, 'str::at': clip(name) };
}
