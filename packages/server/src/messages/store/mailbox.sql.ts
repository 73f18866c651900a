import type { Db, Queryable } from '../../platform/database/pool.ts';

export interface NewMail {
  receivedAt: Date;
  mailFrom: string;
  rcptTo: string[];
  source: Buffer;
}

/** Enough of a mail to hold its headers. */
const HEAD_BYTES = 16_000;
/** An address for trying things out may have thousands. */
const LOOKED_AT = 500;

export async function insertMails(db: Db, mails: readonly NewMail[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>({
    name: 'mailbox.insert',
    // A list of lists can not be unnested one list a row, so recipients travel as text.
    text: `insert into mailbox_mail (received_at, mail_from, rcpt_to, source)
           select m.at, m.mail_from, array(select jsonb_array_elements_text(m.rcpt_to)), m.source
           from unnest($1::timestamptz[], $2::text[], $3::jsonb[], $4::bytea[]) as m(at, mail_from, rcpt_to, source)
           returning id`,
    values: [
      mails.map((mail) => mail.receivedAt),
      mails.map((mail) => mail.mailFrom),
      mails.map((mail) => JSON.stringify(mail.rcptTo)),
      mails.map((mail) => mail.source),
    ],
  });
  return rows.map((row) => row.id);
}

/** Forgets all but the newest `keep`, roughly: numbers may have gaps. */
export async function deleteOldMails(db: Queryable, keep: number): Promise<void> {
  await db.query('delete from mailbox_mail where id <= (select max(id) from mailbox_mail) - $1', [keep]);
}

export interface MailHead {
  id: string;
  receivedAt: Date;
  mailFrom: string;
  rcptTo: string[];
  /** The beginning of the source, headers included. */
  head: Buffer;
}

/** The newest mails, older than `before` where it is given. */
export async function listMails(db: Queryable, limit: number, before?: string): Promise<MailHead[]> {
  const { rows } = await db.query<MailHead>(
    `select id, received_at as "receivedAt", mail_from as "mailFrom", rcpt_to as "rcptTo",
            substring(source from 1 for $3) as head
     from mailbox_mail where $2::bigint is null or id < $2 order by id desc limit $1`,
    [limit, before ?? null, HEAD_BYTES],
  );
  return rows;
}

export interface StoredMail extends NewMail {
  id: string;
}

export async function findMail(db: Queryable, id: string): Promise<StoredMail | undefined> {
  const { rows } = await db.query<StoredMail>(
    `select id, received_at as "receivedAt", mail_from as "mailFrom", rcpt_to as "rcptTo", source
     from mailbox_mail where id = $1`,
    [id],
  );
  return rows[0];
}

/** The mails an address got, oldest first. */
export async function listMailsTo(db: Queryable, address: string): Promise<StoredMail[]> {
  const { rows } = await db.query<StoredMail>(
    `select id, received_at as "receivedAt", mail_from as "mailFrom", rcpt_to as "rcptTo", source
     from mailbox_mail where rcpt_to @> array[$1] order by id`,
    [address],
  );
  return rows;
}

/** Of the newest mails to these addresses, the last one that was made from each of these messages; ids outside. */
export async function findMailsOf(
  db: Queryable,
  addresses: readonly string[],
  messages: readonly string[],
): Promise<{ message: string; id: string }[]> {
  const { rows } = await db.query<{ message: string; id: string }>(
    `select message, max(id) as id
     from (select id, substring(encode(substring(source from 1 for $4), 'escape')
                                from '(?i)\\nmessage-id:\\s*<([0-9a-f]{24})\\.') as message
           from mailbox_mail where rcpt_to && $1::text[] order by id desc limit $3) newest
     where message = any($2) group by message`,
    [addresses, messages, LOOKED_AT, HEAD_BYTES],
  );
  return rows;
}

export async function countMails(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*)::int as n from mailbox_mail');
  return rows[0]!.n;
}
