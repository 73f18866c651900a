import type { Fields } from '@tributary/model';
import { silent, type TestDatabase } from '../../../test/support/database.ts';
import { openPeople } from '../../../test/support/people.ts';
import { until } from '../../../test/support/until.ts';
import type { People } from '../../people/index.ts';
import type { MovableClock } from '../../platform/clock.ts';
import { createImports, type FileKind, type Import, type Imports, type Mapping } from '../index.ts';

/** The imports room, with people, on a database of its own. */
export interface Desk {
  t: TestDatabase;
  clock: MovableClock;
  people: People;
  imports: Imports;
  ws: number;
  /** Sends a file in pieces of some bytes. */
  send(kind: FileKind, file: string | Buffer, piece?: number): Promise<Import>;
  /** Changes its mapping, starts it, and waits until it is done. */
  take(it: Import, mapping?: Partial<Mapping>): Promise<Import>;
  /** The rows not taken, as `row: reason`. */
  rejected(it: Import): Promise<string[]>;
  /** Everyone's fields, by e-mail. */
  everyone(): Promise<Record<string, unknown>>;
  /** Every account's fields, and the addresses of its people, by name. */
  accounts(): Promise<Record<string, { id: string; fields: Fields; tags: string[]; people: string[] }>>;
  close(): Promise<void>;
}

/** `idle`: what is started, another process takes. */
export async function openDesk(o: { idle?: boolean } = {}): Promise<Desk> {
  const { t, clock, presence, people, workspace } = await openPeople();
  const ws = workspace.id;
  const imports = createImports({ db: t.db, people, presence, clock, log: silent });
  const loop = o.idle ? undefined : imports.run();
  return {
    t,
    clock,
    people,
    imports,
    ws,
    send: (kind, file, piece = 64 * 1024) =>
      imports.receive(ws, { kind, name: 'file.csv', dialect: {} }, pieces(Buffer.from(file), piece)),
    async take(it, mapping) {
      if (mapping) await imports.map(ws, it.id, { ...it.mapping, ...mapping });
      await imports.start(ws, it.id);
      return until(
        'the import is done',
        async () => {
          const now = await imports.find(ws, it.id);
          return ['done', 'failed'].includes(now.state) && now;
        },
        { told: () => imports.find(ws, it.id) },
      );
    },
    async rejected(it) {
      const all: string[] = [];
      for await (const rows of imports.rejected(ws, it.id)) {
        all.push(...rows.map(({ rowNumber, reason }) => `${rowNumber}: ${reason}`));
      }
      return all;
    },
    async everyone() {
      const { rows } = await t.db.query<{ email: string; fields: object }>(
        `select fields->>'str::email' as email, fields from person order by id`,
      );
      return Object.fromEntries(rows.map(({ email, fields }) => [email, fields]));
    },
    async accounts() {
      const { rows } = await t.db.query<{ name: string; id: string; fields: Fields; tags: string[]; people: string[] }>(
        `select a.fields->>'str:o:name' as name, a.id, a.fields,
                array(select t.name from account_tag t where t.id = any(a.tags) order by t.name) as tags,
                array(select p.fields->>'str::email' from account_person ap join person p on p.id = ap.person_id
                      where ap.account_id = a.id order by 1) as people
         from account a order by a.id`,
      );
      return Object.fromEntries(rows.map(({ name, ...account }) => [name, account]));
    },
    async close() {
      await loop?.close();
      await presence.close();
      await t.close();
    },
  };
}

async function* pieces(file: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}
