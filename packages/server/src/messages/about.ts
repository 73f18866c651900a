import { type Fields, publicId } from '@tributary/model';

/** Text attributes hold at most this many characters (Ortto help, a-235). */
const TEXT_MAX = 255;

export function clip(text: string): string {
  const characters = [...text.replaceAll('\0', '')];
  return characters.length > TEXT_MAX ? `${characters.slice(0, TEXT_MAX - 1).join('')}…` : characters.join('');
}

/** What every activity about an e-mail says: where it comes from, which message it is, its subject where it is known. */
export function about(message: {
  id: string;
  attributes: Fields;
  template: string | null;
  subject: string | null;
  transactional: boolean;
}): Record<string, Fields[string]> {
  // The shape's title is told by steps of journeys only (Ortto's schema, recorded).
  const { 'str::jst': _, ...attributes } = message.attributes;
  return {
    ...attributes,
    'idt::mi': publicId(message.id, 'message'),
    ...(message.template === null ? {} : { 'str::asn': clip(message.template) }),
    ...(message.subject === null ? {} : { 'str::s': clip(message.subject) }),
    'bol::t': message.transactional,
  };
}
