import { type Template, template as templateSchema } from '@tributary/model';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { type CompiledEmail, checkEmail, compileEmail } from './render/email.ts';
import { findTemplates, upsertTemplate } from './store/template.sql.ts';

/** Saves a template under its name. Throws a `UserError` that names the part and the line at fault. */
export async function putTemplate(
  tx: Tx,
  workspaceId: number,
  name: string,
  template: Template,
  now: Date,
): Promise<void> {
  const parsed = templateSchema.safeParse(template);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError('template_invalid', `template "${name}": ${issue?.path.join('.')}: ${issue?.message}`);
  }
  try {
    checkEmail(parsed.data);
  } catch (error) {
    if (error instanceof UserError) throw new UserError(error.code, `template "${name}": ${error.message}`);
    throw error;
  }
  await upsertTemplate(tx, workspaceId, name, parsed.data, now);
}

export interface LoadedTemplate {
  name: string;
  email: CompiledEmail | { broken: string };
}

export interface TemplateCache {
  get(db: Queryable, wanted: readonly { id: number; editedAt: Date }[]): Promise<Map<number, LoadedTemplate>>;
}

const KEPT_MAX = 500;

/** Keeps compiled templates until they are edited: compiling takes longer than rendering. */
export function createTemplateCache(): TemplateCache {
  const kept = new Map<number, LoadedTemplate & { editedAt: number }>();
  return {
    async get(db, wanted) {
      const isKept = (w: { id: number; editedAt: Date }) => (kept.get(w.id)?.editedAt ?? -1) >= w.editedAt.getTime();
      const missing = [...new Set(wanted.filter((w) => !isKept(w)).map((w) => w.id))];
      if (missing.length > 0) {
        if (kept.size + missing.length > KEPT_MAX) kept.clear();
        for (const row of await findTemplates(db, missing)) {
          kept.set(row.id, { name: row.name, email: compiled(row.content), editedAt: row.editedAt.getTime() });
        }
      }
      return kept;
    },
  };
}

/** A template ready to be rendered, or why it can not be. */
export function compiled(content: Template): LoadedTemplate['email'] {
  try {
    return compileEmail(content);
  } catch (error) {
    return { broken: (error as Error).message };
  }
}
