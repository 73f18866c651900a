/** What a webhook says, before it is written as a form: numbers and flags are still themselves. */
export type Tree = string | number | boolean | null | undefined | Tree[] | { [key: string]: Tree };

/**
 * A form the way PHP's `http_build_query` writes it, which is how Kommo's
 * webhooks come (Kommo, webhooks-general, and raw captures): brackets
 * percent-encoded, spaces as `+`, true as 1, false as 0, null left out.
 */
export function httpBuildQuery(tree: Record<string, Tree>): string {
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(tree)) write(pairs, phpUrlencode(key), value);
  return pairs.join('&');
}

function write(pairs: string[], key: string, value: Tree): void {
  if (value === null || value === undefined) return;
  if (typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) write(pairs, `${key}%5B${phpUrlencode(name)}%5D`, inner);
    return;
  }
  pairs.push(`${key}=${phpUrlencode(scalar(value))}`);
}

function scalar(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}

/** `urlencode`: everything but letters, digits, `-`, `_` and `.` is escaped; a space is a plus. */
function phpUrlencode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
