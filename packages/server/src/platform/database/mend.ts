import { type Db, transaction } from './pool.ts';

interface Mended {
  number: number;
  /** Of the text that it had. */
  checksum: string;
  /** Makes of what that text left what today's leaves. */
  sql: string;
}

/** Migrations whose text was changed when databases had been written with it. There is to be no third. */
const MENDED: readonly Mended[] = [
  {
    number: 4,
    checksum: 'fb58c24c2b500b0a215b886fc836fa528a8af3ce0ed54663b45f3ec40c6269ff',
    sql: 'create index if not exists mailbox_mail_to on mailbox_mail using gin (rcpt_to)',
  },
  {
    number: 15,
    checksum: '0f086e3ab70ba9a97a8030ddbb70e8f144b8c23edfc524993b5c2f7cf32448b4',
    // Migration 18 makes another of that name, and failed on every database that had this one.
    sql: `do $$ begin
            if not exists (select from migration where number >= 18) then drop index if exists run_parked; end if;
          end $$`,
  },
];

/** Brings a database that had an earlier text of a migration to where today's would have brought it, once. */
export async function mend(db: Db, checksumOf: (number: number) => string): Promise<void> {
  for (const { number, checksum, sql } of MENDED) {
    await transaction(db, async (tx) => {
      const { rowCount } = await tx.query('update migration set checksum = $3 where number = $1 and checksum = $2', [
        number,
        checksum,
        checksumOf(number),
      ]);
      if (rowCount) await tx.query(sql);
    });
  }
}
