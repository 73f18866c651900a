import { z } from 'zod';
import { type Api, TooSlow } from './api.ts';

/** Servers commonly refuse request lines over 8 kB; an id in the filter takes some 34 characters, so some 200 fit. */
const longestFilter = 7_000;
/** Against a list that never ends. */
const mostRows = 50_000;

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
 * Stops early where `enough` says so. Where Kommo takes too long over so many
 * rows, or its answer does not come, the next try asks for fewer.
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
  const size = Math.min(api.rows.now(), o.size ?? Number.POSITIVE_INFINITY);
  for (let number = 1; (number - 1) * size < mostRows; number++) {
    const read = await onePage(api, path, name, query, { size, page: number, also: o.also });
    rows.push(...read.rows);
    if (!read.more || enough(rows)) return rows;
  }
  return rows;
}

/** One page of a list, and whether there is another. Where Kommo takes too long over it, fewer are asked for from then on. */
export async function onePage(
  api: Api,
  path: string,
  name: string,
  query: readonly [string, string][],
  { size, page: number, also }: { size: number; page: number; also?: readonly number[] | undefined },
): Promise<{ rows: unknown[]; more: boolean }> {
  const search = new URLSearchParams([...query, ['limit', String(size)], ['page', String(number)]]);
  const read = page.safeParse(await rowsFrom(api, `${path}?${search}`, size, also));
  const found = read.data?._embedded[name];
  const rows: unknown[] = Array.isArray(found) ? found : [];
  // So many at once it can. What was fewer says nothing.
  if (number === 1 && rows.length >= size) api.rows.fine();
  return { rows, more: read.data?._links?.next !== undefined };
}

async function rowsFrom(api: Api, path: string, size: number, also: readonly number[] | undefined): Promise<unknown> {
  try {
    return await api.get(path, also);
  } catch (error) {
    if (error instanceof TooSlow) api.rows.tooMuch(size);
    throw error;
  }
}

/** Rows by their ids, in as few requests as their addresses allow, all under way at once. Ids that are gone are absent. */
export async function byIds(
  api: Api,
  path: string,
  name: string,
  ids: readonly string[],
  query: readonly [string, string][] = [],
): Promise<unknown[]> {
  const chunks = inChunks([...new Set(ids)], 'filter[id][]', api.rows.now());
  return (await Promise.all(chunks.map((filter) => list(api, path, name, [...filter, ...query])))).flat();
}

/** A filter of many values, cut so that no address gets too long and no answer needs a second page. */
export function inChunks(values: readonly string[], key: string, most: number): [string, string][][] {
  const chunks: [string, string][][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const value of values) {
    const cost = encodeURIComponent(key).length + value.length + 2;
    const current = chunks.at(-1);
    if (!current || length + cost > longestFilter || current.length >= most) {
      chunks.push([[key, value]]);
      length = cost;
    } else {
      current.push([key, value]);
      length += cost;
    }
  }
  return chunks;
}
