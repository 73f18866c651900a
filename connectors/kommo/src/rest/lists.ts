import { z } from 'zod';
import type { Api } from './api.ts';

/** The page size Kommo allows at most (Kommo, "Limitations"). */
const pageSize = 250;
/** Servers commonly refuse request lines over 8 kB; an id in the filter takes some 34 characters, so some 200 fit. */
const longestFilter = 7_000;
/** Against a list that never ends. */
const mostPages = 200;

const page = z.object({
  _links: z
    .object({ next: z.object({ href: z.string() }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  _embedded: z.record(z.string(), z.unknown()),
});

/**
 * The rows of a list, page after page. Pages are counted, not followed by
 * `_links.next.href`: the token goes to no address that an answer names.
 * Stops early where `enough` says so.
 */
export async function list(
  api: Api,
  path: string,
  name: string,
  query: readonly [string, string][] = [],
  enough: (rows: readonly unknown[]) => boolean = () => false,
  o: { size?: number; also?: readonly number[] } = {},
): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (let number = 1; number <= mostPages; number++) {
    const read = await onePage(api, path, name, query, { ...o, page: number });
    rows.push(...read.rows);
    if (!read.more || enough(rows)) return rows;
  }
  return rows;
}

/** One page of a list, and whether there is another. */
export async function onePage(
  api: Api,
  path: string,
  name: string,
  query: readonly [string, string][],
  o: { page: number; size?: number; also?: readonly number[] },
): Promise<{ rows: unknown[]; more: boolean }> {
  const search = new URLSearchParams([...query, ['limit', String(o.size ?? pageSize)], ['page', String(o.page)]]);
  const read = page.safeParse(await api.get(`${path}?${search}`, o.also));
  if (!read.success) return { rows: [], more: false };
  const found = read.data._embedded[name];
  return { rows: Array.isArray(found) ? found : [], more: read.data._links?.next !== undefined };
}

/** Rows by their ids, in as few requests as their addresses allow, all under way at once. Ids that are gone are absent. */
export async function byIds(
  api: Api,
  path: string,
  name: string,
  ids: readonly string[],
  query: readonly [string, string][] = [],
): Promise<unknown[]> {
  const chunks = inChunks([...new Set(ids)], 'filter[id][]');
  return (await Promise.all(chunks.map((filter) => list(api, path, name, [...filter, ...query])))).flat();
}

/** A filter of many values, cut so that no address gets too long and no answer needs a second page. */
export function inChunks(values: readonly string[], key: string): [string, string][][] {
  const chunks: [string, string][][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const value of values) {
    const cost = encodeURIComponent(key).length + value.length + 2;
    const current = chunks.at(-1);
    if (!current || length + cost > longestFilter || current.length >= pageSize) {
      chunks.push([[key, value]]);
      length = cost;
    } else {
      current.push([key, value]);
      length += cost;
    }
  }
  return chunks;
}
