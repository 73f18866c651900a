import { createHash } from 'node:crypto';
import { parseAddressHeader } from 'mailparser';

/** The head of a mail: its header fields by their names in small letters, unfolded, in the order they came in. */
export interface Head {
  all(name: string): readonly string[];
  /** The first of that name. */
  first(name: string): string | undefined;
  /** How many header fields there are. */
  readonly count: number;
}

/** A thread of years names some hundred mails; more than this many ids at each end of it are not looked at. */
const IDS_MAX = 100;

/**
 * Reads the head of a mail: bytes up to its first empty line. Of what is no header field, or has a wrong character, the
 * rest is read all the same. Words stay encoded: none of them is looked at that people wrote.
 */
export function headOf(bytes: Buffer): Head {
  const fields = new Map<string, string[]>();
  let count = 0;
  const lines = bytes
    .toString('latin1')
    .replace(/^(?:\r?\n)+/, '')
    .replace(/\r?\n[ \t]+/g, ' ');
  for (const line of lines.split(/\r?\n/)) {
    const [, name, value] = /^([a-z0-9][\w.-]*)[ \t]*:(.*)$/i.exec(line) ?? [];
    if (name === undefined) continue;
    count += 1;
    const key = name.toLowerCase();
    const list = fields.get(key) ?? [];
    list.push(value!.trim());
    fields.set(key, list);
  }
  const all = (name: string): readonly string[] => fields.get(name) ?? [];
  return { all, first: (name) => all(name)[0], count };
}

/**
 * The mails that a mail says it answers, the likeliest first: what is in In-Reply-To, then the thread from its end. Of
 * long lists only both ends.
 */
export function answeredIn(head: Head): string[] {
  const references = idsIn(head, 'references').reverse();
  return [...new Set([...idsIn(head, 'in-reply-to'), ...references])];
}

export function idsIn(head: Head, name: string): string[] {
  const ids = head.all(name).flatMap((value) => value.match(/<[^<>\s]{3,300}>/g) ?? []);
  return ids.length > 2 * IDS_MAX ? [...ids.slice(0, IDS_MAX), ...ids.slice(-IDS_MAX)] : ids;
}

/** The addresses in a header field, in small letters. */
export function addressesIn(head: Head, name: string): string[] {
  return head
    .all(name)
    .slice(0, 3)
    .flatMap((value) => parseAddressHeader(value.slice(0, 2000), { flatten: true }).value)
    .flatMap(({ address }) => (address ? [address.toLowerCase()] : []));
}

/** The same for the same mail, however often it is delivered: its Message-ID, or, without one, what else tells mails apart. */
export function fingerprintOf(head: Head): Buffer {
  const id = idsIn(head, 'message-id')[0];
  const said = id ?? ['from', 'date', 'subject', 'in-reply-to', 'references'].map((name) => head.all(name)).join('\n');
  return createHash('sha256').update(said).digest();
}

/** The type of a mail's content in small letters, and a parameter of it. */
export function contentTypeOf(head: Head): { type: string; parameter(name: string): string | undefined } {
  const [type = '', ...rest] = (head.first('content-type') ?? '').split(';');
  return {
    type: type.trim().toLowerCase(),
    parameter(name) {
      for (const one of rest) {
        const [key, value = ''] = one.split('=');
        if (key!.trim().toLowerCase() === name) return value.trim().replace(/^"|"$/g, '').toLowerCase();
      }
      return undefined;
    },
  };
}
