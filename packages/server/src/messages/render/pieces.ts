/** A run of text, a tag, or what is neither and is left alone: comments, declarations, the content of `<style>`. */
export type Piece =
  | { kind: 'text'; source: string }
  | { kind: 'other'; source: string }
  | { kind: 'tag'; source: string; name: string; closes: boolean; attributes: string };

/** Elements whose content is not HTML. */
const RAW = new Set(['style', 'script', 'title', 'textarea']);
const TAG_START = /<(\/?)([a-z][^\s/>"'<]*)/iy;

/**
 * HTML cut into pieces that, put together, are the same HTML. Enough for
 * e-mails, and takes time in proportion to their length whatever they hold.
 */
export function piecesOf(html: string): Piece[] {
  const pieces: Piece[] = [];
  let lower: string | undefined;
  let from = 0;
  let textFrom = 0;
  const endText = (at: number): void => {
    if (at > textFrom) pieces.push({ kind: 'text', source: html.slice(textFrom, at) });
  };
  const other = (end: number): void => {
    endText(from);
    pieces.push({ kind: 'other', source: html.slice(from, end) });
    textFrom = end;
    from = end;
  };
  for (from = html.indexOf('<'); from >= 0; from = html.indexOf('<', from)) {
    if (html.startsWith('<!', from) || html.startsWith('<?', from)) {
      const [mark, length] = html.startsWith('<!--', from) ? ['-->', 3] : ['>', 1];
      const end = html.indexOf(mark, from);
      other(end < 0 ? html.length : end + length);
      continue;
    }
    TAG_START.lastIndex = from;
    const start = TAG_START.exec(html);
    const end = start ? endOfTag(html, TAG_START.lastIndex) : undefined;
    if (!start || end === undefined) {
      // Not a tag, or one that never ends: what is left is text.
      if (start) break;
      from += 1;
      continue;
    }
    endText(from);
    const name = start[2]!.toLowerCase();
    const source = html.slice(from, end);
    const closes = start[1] === '/';
    pieces.push({ kind: 'tag', source, name, closes, attributes: source.slice(start[0].length, -1) });
    textFrom = end;
    from = end;
    if (RAW.has(name) && !closes) {
      lower ??= html.toLowerCase();
      const close = lower.indexOf(`</${name}`, end);
      other(close < 0 ? html.length : close);
    }
  }
  endText(html.length);
  return pieces;
}

/** After the ">" that ends a tag: the first one outside of quotes. */
function endOfTag(html: string, from: number): number | undefined {
  for (let at = from; at < html.length; at++) {
    const character = html[at];
    if (character === '>') return at + 1;
    if (character === '"' || character === "'") {
      at = html.indexOf(character, at + 1);
      if (at < 0) return undefined;
    }
  }
  return undefined;
}
