import { decodeEntities } from './entities.ts';
import { attribute } from './links.ts';
import { piecesOf } from './pieces.ts';

/** Elements that stand on lines of their own. */
const BLOCKS = new Set(
  'p div h1 h2 h3 h4 h5 h6 ul ol table tr blockquote pre section article header footer hr address figure center'.split(
    ' ',
  ),
);

/**
 * The text alternative of an HTML mail that has none: blocks become lines,
 * links are followed by their address, list items get a dash or their number. Simple on
 * purpose; a template that needs better brings its own text.
 */
export function plainText(html: string): string {
  const out: string[] = [];
  let inHead = false;
  /** How many items each list that is open has had; undefined where they are not counted. */
  const lists: (number | undefined)[] = [];
  let link: { href: string; from: number } | undefined;
  for (const piece of piecesOf(html)) {
    if (piece.kind === 'tag' && piece.name === 'head') inHead = !piece.closes;
    if (inHead || piece.kind === 'other') continue;
    if (piece.kind === 'text') {
      out.push(decodeEntities(piece.source.replace(/\s+/g, ' ')));
      continue;
    }
    const { name, closes, attributes } = piece;
    if (name === 'br') out.push('\n');
    else if (name === 'li' && !closes) {
      const count = lists.at(-1);
      if (count !== undefined) lists[lists.length - 1] = count + 1;
      out.push(count === undefined ? '\n- ' : `\n${count + 1}. `);
    } else if (name === 'td' || name === 'th') out.push(' ');
    else if (name === 'img') out.push(attribute(attributes, 'alt') ?? '');
    else if (name === 'a' && !closes) link = { href: attribute(attributes, 'href') ?? '', from: out.length };
    else if (name === 'a' && link) {
      out.push(addressAfter(out.slice(link.from).join(''), link.href));
      link = undefined;
    } else if (BLOCKS.has(name)) {
      if (name === 'ul' || name === 'ol') {
        if (closes) lists.pop();
        else lists.push(name === 'ol' ? 0 : undefined);
      }
      out.push('\n\n');
    }
  }
  const lines = out.join('').split('\n');
  return lines
    .map((line) => line.replace(/[ \t]+/g, ' ').trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** What a reader has to see of a link beside its words. */
function addressAfter(words: string, href: string): string {
  const said = words.trim();
  const address = /^mailto:/i.test(href)
    ? href.slice('mailto:'.length).replace(/\?.*$/s, '')
    : href.replace(/^tel:/i, '');
  if (address === '' || address.startsWith('#') || said === address) return '';
  return said === '' ? address : ` (${address})`;
}
