import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Filter } from '@tributary/model';
import type { Config } from '../config.ts';
import { isFileKind, kinds } from '../imports/index.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import { usage } from './usage.ts';
import { withRooms } from './with-database.ts';

export interface ExportOptions {
  format?: string | undefined;
  fields?: string | undefined;
  filter?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  activity?: string | undefined;
  headers?: string | undefined;
  unguarded?: boolean | undefined;
}

const ACTIVITIES_ONLY = ['from', 'to', 'activity'] as const;
const PROFILES_ONLY = ['fields', 'headers'] as const;

/** `export people|accounts|activities|account-activities > FILE`: as CSV, or NDJSON, on stdout. Ends quietly when the reader goes away. */
export function exportAll(config: Config, [kind]: string[], options: ExportOptions): Promise<undefined> {
  const format = options.format ?? 'csv';
  if (!isFileKind(kind) || (format !== 'csv' && format !== 'ndjson')) {
    throw usage([`export ${Object.keys(kinds).join('|')} [--format csv|ndjson] [--filter JSON] > FILE`]);
  }
  const { happened } = kinds[kind];
  const other = (happened ? PROFILES_ONLY : ACTIVITIES_ONLY).find((option) => options[option] !== undefined);
  if (other) throw new UserError('unknown_command', `"export ${kind}" takes no --${other}`);
  const { headers = 'names' } = options;
  if (headers !== 'names' && headers !== 'ids') throw new UserError('unknown_command', '--headers is names or ids');
  return withRooms(config, async ({ exports, workspace }) => {
    const { of } = kinds[kind];
    const shared = { format, delimiter: ',', guard: !options.unguarded, filter: filterFrom(options.filter) } as const;
    const text = happened
      ? await exports.activities(workspace.id, of, {
          ...shared,
          from: momentFrom(options.from),
          to: momentFrom(options.to),
          activities: options.activity?.split(','),
        })
      : await exports.profiles(workspace.id, of, {
          ...shared,
          fields: options.fields?.split(','),
          headers,
        });
    await pipeline(Readable.from(text, { objectMode: false }), process.stdout, { end: false }).catch(
      (error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
      },
    );
    return undefined;
  });
}

function filterFrom(text: string | undefined): Filter | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Filter;
  } catch (error) {
    throw new UserError('export_filter', `--filter is not JSON: ${messageOf(error)}`);
  }
}

function momentFrom(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new UserError('export_time', `"${text}" is not a time such as 2026-11-24T10:00:00Z`);
  return at;
}
