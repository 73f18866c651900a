import type { Template } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';

export interface TemplateRow {
  id: number;
  name: string;
  content: Template;
  editedAt: Date;
}

/** Makes the template of that name, or changes it. The same content again changes nothing. */
export async function upsertTemplate(
  tx: Tx,
  workspaceId: number,
  name: string,
  content: Template,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into template (workspace_id, name, channel, content, created_at, edited_at)
     values ($1, $2, 'email', $3, $4, $4)
     on conflict (workspace_id, name) do update
     set content = excluded.content,
         edited_at = greatest(excluded.edited_at, template.edited_at + interval '1 millisecond')
     where template.content <> excluded.content`,
    [workspaceId, name, content, now],
  );
}

/** Those of these names that no template has. */
export async function listMissingNames(
  db: Queryable,
  workspaceId: number,
  names: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from unnest($2::text[]) as asked(name)
     where not exists (select from template t where t.workspace_id = $1 and t.name = asked.name)`,
    [workspaceId, names],
  );
  return rows.map((row) => row.name);
}

export async function findTemplate(db: Queryable, workspaceId: number, name: string): Promise<Template | undefined> {
  const { rows } = await db.query<{ content: Template }>(
    'select content from template where workspace_id = $1 and name = $2',
    [workspaceId, name],
  );
  return rows[0]?.content;
}

export async function findTemplates(db: Queryable, ids: readonly number[]): Promise<TemplateRow[]> {
  const { rows } = await db.query<TemplateRow>(
    `select id, name, content, edited_at as "editedAt" from template where id = any($1::int[])`,
    [ids],
  );
  return rows;
}

/** The templates that have these names. */
export async function findTemplatesNamed(
  db: Queryable,
  workspaceId: number,
  names: readonly string[],
): Promise<Pick<TemplateRow, 'name' | 'content'>[]> {
  const { rows } = await db.query<Pick<TemplateRow, 'name' | 'content'>>(
    'select name, content from template where workspace_id = $1 and name = any($2::text[]) order by name',
    [workspaceId, names],
  );
  return rows;
}
