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
  message: Pick<ClaimedMessage, 'id' | 'personId' | 'attributes' | 'rules'>,
  made: Pick<Made, 'channel' | 'name'>,
  sent: { subject: string | null; address: string | null },
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
    const [id, words] = news.was === 'sent' ? ['act::sja', news.words] : ['act::fja', news.reason];
    // A note goes to several: which of them this is about.
    const log = made.channel === 'notice' && sent.address !== null ? `${sent.address}: ${words}` : words;
    const about = aboutStep(message, { channel: made.channel, name: sent.subject ?? made.name });
    return item('Journey', id!, { ...about, 'str::jsl': clip(log!) });
  }
  const transactional = message.rules.transactional === true;
  const common = about({ ...message, template: made.name, subject: sent.subject, transactional });
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

function aboutStep(
  { attributes }: Pick<ClaimedMessage, 'attributes'>,
  { channel, name }: Pick<Made, 'channel' | 'name'>,
): Fields {
  const told = OF_STEPS.flatMap((id) => (attributes[id] === undefined ? [] : [[id, attributes[id]] as const]));
  return { ...Object.fromEntries(told), 'str::pat': channel, 'str::at': clip(name) };
}
