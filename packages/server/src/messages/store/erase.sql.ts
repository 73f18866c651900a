import type { Tx } from '../../platform/database/pool.ts';

/**
 * Takes out of messages all that is personal: address, subject, what the template was given, what a mail server said.
 * That there was a message, of which journey, and what became of it stays: it is counted. What waits is not sent; what
 * is on the wire is let go, for its outcome is written to its row.
 */
export async function eraseMessages(tx: Tx, workspaceId: number, personIds: readonly string[]): Promise<void> {
  await tx.query(
    `with own as materialized (
       select id from message where workspace_id = $1 and person_id = any($2::bigint[]) order by id for update
     )
     update message m
     set address = null, subject = null, entry = '{}', entry_activity_id = null,
         reason = 'the person was deleted',
         state = case when m.state = 'queued' then 'skipped' else m.state end,
         due_at = case when m.state = 'queued' then null else m.due_at end,
         waits_for = null
     from own where m.id = own.id`,
    [workspaceId, personIds],
  );
}

/** The addresses that e-mails to these people went to. */
export async function listAddresses(tx: Tx, workspaceId: number, personIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ address: string }>(
    `select distinct address from message
     where workspace_id = $1 and person_id = any($2::bigint[]) and channel = 'email' and address is not null`,
    [workspaceId, personIds],
  );
  return rows.map((row) => row.address);
}

/** Notes to the team about these people, and where they went. */
export async function listNotices(
  tx: Tx,
  workspaceId: number,
  personIds: readonly string[],
): Promise<{ id: string; address: string }[]> {
  const { rows } = await tx.query<{ id: string; address: string }>(
    `select id, address from message
     where workspace_id = $1 and person_id = any($2::bigint[]) and channel = 'notice' and address is not null`,
    [workspaceId, personIds],
  );
  return rows;
}

/** Removes from the built-in mailbox what was sent to these addresses. */
export async function deleteMailsTo(tx: Tx, addresses: readonly string[]): Promise<void> {
  if (addresses.length === 0) return;
  await tx.query('delete from mailbox_mail where rcpt_to && $1::text[]', [addresses]);
}

/** Removes mails from the built-in mailbox by how their Message-ID begins: others to the same addresses stay. */
export async function deleteMails(tx: Tx, mails: readonly { address: string; messageId: string }[]): Promise<void> {
  if (mails.length === 0) return;
  await tx.query(
    `delete from mailbox_mail m using unnest($1::text[], $2::text[]) as gone(address, message_id)
     where m.rcpt_to && array[gone.address] and position(convert_to(gone.message_id, 'UTF8') in m.source) > 0`,
    [mails.map(({ address }) => address), mails.map(({ messageId }) => `Message-ID: <${messageId}`)],
  );
}

/** Those of these people who have a message in hand, whose outcome will be written yet. */
export async function listInHand(tx: Tx, workspaceId: number, personIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ personId: string }>(
    `select distinct person_id as "personId" from message
     where workspace_id = $1 and person_id = any($2::bigint[]) and state in ('sending', 'uncertain')`,
    [workspaceId, personIds],
  );
  return rows.map((row) => row.personId);
}
